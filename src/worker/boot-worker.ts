/** First file of a thread's worker. */
import { loadCore } from "./load-core.ts";

loadCore().runWorker();
