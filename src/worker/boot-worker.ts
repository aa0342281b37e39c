/** First file of a thread's worker. */
import { loadCore } from "../host/node-load.ts";
import { cachedCode } from "./cached-code.ts";

loadCore(cachedCode).runWorker();
