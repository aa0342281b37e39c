import { testModels } from "./engine/suite.ts";

await testModels("queue");
