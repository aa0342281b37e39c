/** Handles: one object a block and realm, one reference a handle, given back by the garbage collector. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allocate, kindOf, release, retain } from "../../src/memory/allocator.ts";
import { words } from "../../src/memory/arena.ts";
import {
  adopt,
  adoptAs,
  handleCount,
  handleOf,
  isAdopting,
  kAt,
  openLedger,
  SharedObject,
  settleLedger,
} from "../../src/memory/handle.ts";
import { H_USED, Kind } from "../../src/memory/layout.ts";
import { SharedFloat64 } from "../../src/shared/float64.ts";
import { SharedInt32 } from "../../src/shared/int32.ts";
import { Lock } from "../../src/sync/lock.ts";
import { captured, runScript } from "../harness/child.ts";
import { CHILD } from "../harness/delays.ts";
import { refuses } from "../harness/refuses.ts";

const references = (at: number) => words[at - 1];

describe("a handle", () => {
  test("is counted once by handleCount", () => {
    const before = handleCount();
    const n = new SharedInt32();
    assert.equal(handleCount(), before + 1);
    assert.equal(adopt(Kind.SharedInt32, n[kAt]), n);
    assert.equal(handleCount(), before + 1);
  });

  test("counts as one reference to its block, and says which block it stands for", () => {
    const n = new SharedInt32(5);
    const at = n[kAt];
    assert.equal(references(at), 1);
    assert.equal(kindOf(at), Kind.SharedInt32);
    assert.deepEqual(handleOf(n), { kind: Kind.SharedInt32, at });
  });

  test("is the same object however often its block is adopted", () => {
    const n = new SharedInt32(5);
    assert.equal(adopt(Kind.SharedInt32, n[kAt]), n);
    assert.equal(adopt(Kind.SharedInt32, n[kAt]), n);
    assert.equal(references(n[kAt]), 1);
  });

  test("of a block that this realm has no handle of is made, and adds a reference", () => {
    const at = allocate(Kind.SharedInt32, 1);
    words[at] = 41;
    const n = adopt(Kind.SharedInt32, at) as SharedInt32;
    assert.ok(n instanceof SharedInt32);
    assert.equal(n.value, 41, "the constructor must not overwrite what another thread put in");
    assert.equal(references(at), 2);
    n.value = 42;
    assert.equal(words[at], 42);
  });

  test("of each kind is rebuilt with the same powers", () => {
    const lock = allocate(Kind.Lock, 6);
    const adopted = adopt(Kind.Lock, lock) as Lock;
    assert.ok(adopted instanceof Lock);
    assert.equal(adopted.acquire({ timeout: 0 }), adopted);
    assert.notEqual(words[lock], 0);
    adopted.release();
    assert.equal(words[lock], 0);
    const float = allocate(Kind.SharedFloat64, 2);
    const number = adopt(Kind.SharedFloat64, float);
    assert.ok(number instanceof SharedFloat64);
    number.value = Math.PI;
    assert.equal(number.value, Math.PI);
  });

  test("made right after an adoption stands for a block of its own", () => {
    const at = allocate(Kind.SharedInt32, 1);
    adopt(Kind.SharedInt32, at);
    assert.equal(isAdopting(), false);
    assert.notEqual(new SharedInt32()[kAt], at);
  });

  test("made right after an adoption that failed stands for a block of its own", () => {
    refuses(
      () => adopt(255, 4),
      Error,
      "UNKNOWN_KIND",
      "cannot open a shared object: its kind 255 is not known here. Load one version of threadkit in all threads.",
    );
    assert.throws(() => adoptAs(12345, () => assert.fail("constructor failed")));
    assert.equal(isAdopting(), false);
    assert.notEqual(new SharedInt32()[kAt], 12345);
  });

  test("can be built as a subclass", () => {
    class Counter extends SharedInt32 {
      readonly label = "hits";
    }
    const at = allocate(Kind.SharedInt32, 1);
    words[at] = 9;
    const counter = adoptAs(at, () => new Counter());
    assert.equal(counter[kAt], at);
    assert.equal(counter.value, 9);
    assert.equal(counter.label, "hits");
    assert.equal(adopt(Kind.SharedInt32, at), counter);
  });

  test("is what only shared objects have", () => {
    for (const value of [{}, [], new Date(), Object.create(null), () => {}])
      assert.equal(handleOf(value), undefined);
    assert.ok(handleOf(new SharedInt32()));
    assert.equal(handleOf(Object.assign(Object.create(SharedObject.prototype)) as object)?.at, undefined);
  });
});

describe("the ledger of a realm", () => {
  test("lists what its handles hold, over many blocks, and gives it all back when it is settled", () => {
    const root = allocate(Kind.Mail, 6);
    const before = words[H_USED];
    openLedger(root);
    const handles = Array.from({ length: 200 }, () => new SharedInt32(1));
    openLedger(0);
    const held = handles.map((n) => n[kAt]);
    for (const at of held) retain(at); // somebody else's
    settleLedger(root);
    for (const at of held) assert.equal(references(at), 1);
    assert.equal(words[root], 0);
    for (const at of held) release(at);
    assert.equal(words[H_USED], before);
    // The handles of this realm are stale now: the blocks are gone under them. Keep them from being collected.
    stale.push(...handles);
  });
});
const stale: SharedInt32[] = [];

describe("the garbage collector", () => {
  test("gives back what handles held that nobody refers to, and only that", async () => {
    const result = await runScript(
      `
      import { words } from "../../src/memory/arena.ts";
      import { H_USED } from "../../src/memory/layout.ts";
      import { handleCount } from "../../src/memory/handle.ts";
      import { SharedInt32 } from "../../src/shared/int32.ts";
      import { Lock } from "../../src/sync/lock.ts";
      const kept = new Lock();
      const one = words[H_USED];
      const used: number[] = [];
      for (let round = 0; round < 5; round++) {
        for (let i = 0; i < 2_000; i++) new SharedInt32(i);
        const high = words[H_USED];
        const end = performance.now() + 10_000;
        while (words[H_USED] > one && performance.now() < end) {
          globalThis.gc!();
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        used.push(high, words[H_USED]);
      }
      kept.acquire();
      kept.release();
      console.log(JSON.stringify({ one, used, handles: handleCount() }));
      `,
      { nodeArgs: ["--expose-gc"], timeout: CHILD },
    );
    assert.equal(result.code, 0, captured(result));
    const { one, used, handles } = JSON.parse(result.stdout);
    assert.equal(one, 32);
    for (let round = 0; round < 5; round++) {
      assert.ok(used[2 * round] > 2_000 * 32, "blocks were made");
      assert.equal(used[2 * round + 1], one, `round ${round} left something behind`);
    }
    assert.equal(handles, 1);
  });

  test("keeps a block as long as another reference holds it, and a handle can be had again", async () => {
    const result = await runScript(
      `
      import { release, retain } from "../../src/memory/allocator.ts";
      import { words } from "../../src/memory/arena.ts";
      import { adopt, handleCount, kAt } from "../../src/memory/handle.ts";
      import { Kind } from "../../src/memory/layout.ts";
      import { SharedInt32 } from "../../src/shared/int32.ts";
      function make(): number {
        const at = new SharedInt32(7)[kAt];
        retain(at);
        return at;
      }
      const at = make();
      async function collect(until: () => boolean) {
        const end = performance.now() + 10_000;
        while (!until() && performance.now() < end) {
          globalThis.gc!();
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      }
      await collect(() => handleCount() === 0);
      const references = [words[at - 1]];
      const again = adopt(Kind.SharedInt32, at) as SharedInt32;
      references.push(words[at - 1]);
      release(at);
      references.push(words[at - 1]);
      console.log(JSON.stringify({ references, value: again.value }));
      `,
      { nodeArgs: ["--expose-gc"], timeout: CHILD },
    );
    assert.equal(result.code, 0, captured(result));
    assert.deepEqual(JSON.parse(result.stdout), { references: [1, 2, 1], value: 7 });
  });
});
