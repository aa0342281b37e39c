/** First file of the supervisor. */
import { codeCache, loadCore } from "../host/node-load.ts";
import { cachedCode } from "./cached-code.ts";

loadCore(cachedCode).runSupervisor(codeCache);
