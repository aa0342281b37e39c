/** First file of a thread's worker. */
import { loadCore } from "./load.ts";

loadCore().core.runWorker();
