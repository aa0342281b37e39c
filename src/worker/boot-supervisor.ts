/** First file of the supervisor. */
import { codeCache } from "../host/node-load.ts";
import { loadCore } from "./load-core.ts";

loadCore().runSupervisor(codeCache);
