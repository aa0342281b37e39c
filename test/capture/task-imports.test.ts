/** Tasks import TypeScript modules of the program, whatever runs it: on Node 20 each worker has to set up tsx first. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { captured, root, runScript } from "../harness/child.ts";

const dep = (name: string): string => pathToFileURL(`${root}/test/fixtures/capture/${name}`).href;

test("a task may import a module, and two that come to one worker at a time may, too", async () => {
  const result = await runScript(`
    import { ThreadPoolExecutor } from "threadkit";
    import { twice } from "${dep("dep.ts")}";
    import { readText } from "${pathToFileURL(`${root}/examples/word-count/files.ts`).href}";
    const pool = new ThreadPoolExecutor(1);
    const one = pool.submit(async () => twice(4));
    const two = pool.submit(() => typeof readText("/dev/null"));
    console.log(await one, await two);
    pool.shutdown();
  `);
  assert.equal(result.stdout, "8 object\n", captured(result));
  assert.equal(result.code, 0, captured(result));
});
