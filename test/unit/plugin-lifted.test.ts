/** Code that a tool has lifted, here by hand: test/fixtures/lifted. */
import assert from "node:assert/strict";
import path from "node:path";
import { describe, test } from "node:test";
import { captured, root, runFile } from "../harness/child.ts";

const main = path.join(root, "test", "fixtures", "lifted", "main.mjs");
const [major] = process.versions.node.split(".").map(Number);
/** These take the inspector away. */
const PERMISSION = [
  major >= 24 ? "--permission" : "--experimental-permission",
  "--allow-worker",
  "--allow-fs-read=*",
  "--allow-fs-write=*",
];

for (const [how, nodeArgs] of [
  ["with the inspector", []],
  ["without the inspector", PERMISSION],
] as const) {
  describe(`lifted functions, ${how}`, () => {
    // biome-ignore lint/suspicious/noExplicitAny: what the fixture tells
    let told: any;

    test("the fixture runs to its end", async () => {
      const result = await runFile(main, { nodeArgs });
      assert.equal(result.code, 0, captured(result));
      told = JSON.parse(result.stdout);
    });

    test("run the code of the slice with the captured values of now", () => {
      assert.equal(told.plus, 1041);
      assert.equal(told.changed, 1042);
    });

    test("keep their names", () => assert.equal(told.name, "plus"));

    test("use a shared object that they import, and not a second one", () => assert.equal(told.total, 84));

    test("capture each other", () => assert.deepEqual(told.even, [true, false]));

    test("throw errors of their own classes", () =>
      assert.deepEqual(told.failure, [true, "E_BASE", "on purpose"]));

    test("stand beside built-in ones", () => assert.equal(told.native, 4));

    test("are refused as the tool says", () =>
      assert.match(
        told.bad,
        /^cannot send 'this' to a thread: it is used at main\.mjs:7:3\. Do not\.\n {2}in function bad \(main\.mjs:8:1\)/,
      ));

    test("stand beside others, which are read by the inspector, or off the source without it", () => {
      assert.equal(told.unseen, "none");
    });

    test("are refused if a capture is not initialised", () => {
      assert.match(
        told.early,
        /^cannot send 'late' to a thread: it is used at main\.mjs:8:9 and is not init/,
      );
      assert.match(
        told.lost,
        /^cannot send 'missing' to a thread: it is used at main\.mjs:9:9 and is not init/,
      );
    });
  });
}
