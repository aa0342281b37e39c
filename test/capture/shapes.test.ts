/** Functions of every shape cross and do in the thread what they do here. */
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, describe, test } from "node:test";
import { runInNewContext, runInThisContext } from "node:vm";
import { classic, crlf, modern } from "./fixtures.ts";
import { close, there } from "./there.ts";

after(close);

describe("a thread gets", () => {
  for (const [sentence, [fn, expected]] of Object.entries(modern.shapes)) {
    test(sentence, async () => assert.deepEqual(await there(fn), expected));
  }
});

describe("from a CommonJS file, a thread gets", () => {
  for (const [sentence, [fn, expected]] of Object.entries(classic.shapes)) {
    test(sentence, async () => assert.deepEqual(await there(fn), expected));
  }
});

describe("shipped code", () => {
  test("sees loop variables as they were in its own turn", async () => {
    const seen = await Promise.all(modern.perIteration.map((fn) => there(fn)));
    assert.deepEqual(seen, [0, 3, 6, 2, 3]);
  });

  test("sees a variable as it is when it is sent, each time", async () => {
    let turn = "first";
    const fn = () => turn;
    const first = there(fn);
    turn = "second";
    const second = there(fn);
    assert.deepEqual(await Promise.all([first, second]), ["first", "second"]);
  });

  test("sees what was put on a function since it was sent last", async () => {
    const fn: { (): unknown; note?: string } = () => fn.note;
    assert.equal(await there(fn), undefined);
    fn.note = "later";
    assert.equal(await there(fn), "later");
  });

  test("keeps the names of functions", async () => {
    const inferred = () => inferred.name;
    const renamed = Object.defineProperty(() => renamed.name, "name", { value: "by hand" });
    assert.deepEqual([await there(inferred), await there(renamed)], ["inferred", "by hand"]);
  });

  test("comes from files with a BOM, CRLF and comments in odd places", async () => {
    assert.equal(await there(crlf.where), 6);
    await assert.rejects(there(crlf.fails), ({ stack }: Error) => /crlf\.mjs:8:9/.test(stack ?? ""));
  });

  test("comes from text that was evaluated", async () => {
    const fn = new Function("const x = 2; return () => x + 1")();
    assert.equal(await there(fn), 3);
    assert.equal(await there(runInThisContext("(y = 4) => y")), 4);
    assert.equal(await there(runInNewContext("const z = 5; () => z")), 5);
  });

  test("may use require made by createRequire", async () => {
    const require = createRequire(import.meta.url);
    assert.equal(await there(() => require("node:path").basename("/a/b")), "b");
  });
});
