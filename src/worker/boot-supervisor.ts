/** First file of the supervisor. */
import { loadCore } from "./load.ts";

const { core, codeCache } = loadCore();
core.runSupervisor(codeCache);
