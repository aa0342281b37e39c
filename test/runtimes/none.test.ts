/** No build tool: the inspector reads the same of the same program as the plugins do of its text. */
import { test } from "node:test";
import { entry, runsRight } from "./expect.ts";

const isNative = "typescript" in process.features && Boolean(process.features.typescript);

test("the program that build tools build runs as it is", () =>
  runsRight(entry, { nodeArgs: isNative ? ["--experimental-transform-types"] : [] }));
