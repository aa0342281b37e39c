/** First file of the supervisor. */
import { loadCore } from "../host/node-load.ts";
import { cachedCode } from "./cached-code.ts";

const { core, codeCache } = loadCore(cachedCode);
core.runSupervisor(codeCache);
