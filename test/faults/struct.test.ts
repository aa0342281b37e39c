/** Threads that are killed while they use structs: nothing hangs, nothing is torn, and memory comes back. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { captured, runScript } from "../harness/child.ts";
import { LONG_CHILD } from "../harness/delays.ts";
import { runKills } from "../harness/killing.ts";
import { freshSeed } from "../harness/random.ts";

const KILLS = `
import { RLock, SharedStruct } from "threadkit";
import { allocatorFaults, arenaWords, indexOf } from "../../test/harness/arena.ts";

class Record_ extends SharedStruct({ text: "string", any: "any", float: "float64", big: "bigint64", lock: RLock, n: "int32" }) {
  check() {
    const { text, any, float, big } = this;
    const parts = text.split(":");
    if (parts.some((part) => part !== parts[0])) throw new Error("torn text " + text.slice(0, 50));
    if (any !== undefined && !(any instanceof Record_) && (any as number[]).some((n) => n !== (any as number[])[0]))
      throw new Error("torn any");
    if (float !== 0 && float !== 1.1 && float !== -2.25e200) throw new Error("torn float " + float);
    if (big !== 0n && big !== 0x0123456789abcdefn && big !== -0x7edcba9876543210n) throw new Error("torn big " + big);
  }
}
const shared = new Record_();

function mend() {
  if (shared.lock.broken) shared.lock.recover();
}
function write(seed: number) {
  const random = randomFrom(seed);
  for (let i = 0; !stop.value; i++) {
    const odd = random() < 0.5;
    const what = random() * 5;
    if (what < 1) shared.text = Array(20).fill("text " + i).join(":");
    else if (what < 2) shared.any = odd ? [i, i, i] : new Record_({ n: i, text: "a:a" });
    else if (what < 3) shared.float = odd ? 1.1 : -2.25e200;
    else if (what < 4) shared.big = odd ? 0x0123456789abcdefn : -0x7edcba9876543210n;
    else {
      try { shared.lock.with(() => { shared.n++; }); } catch (error) { if ((error as { code?: string }).code !== "LOCK_BROKEN") throw error; }
    }
    if (random() < 0.3) shared.check();
    turns.add(1);
  }
}
const begin = (index: number) => new Thread({ target: write, args: [seed * 7 + index + turns.value] }).start();
const threads = [0, 1, 2, 3].map(begin);
for (let n = 0; n < kills; n++) {
  killOne(threads, begin, mend, n);
  progress(mend, "after kill " + n);
  shared.check();
}
stop.value = true;
for (const thread of threads) joinWhile(thread, mend, "the end");
settle(() => allocatorFaults(undefined, kills).length === 0);
mend();
shared.check();
console.log(JSON.stringify({
  queue: [...arenaWords().subarray(indexOf(shared), indexOf(shared) + 4)],
  faults: allocatorFaults(undefined, kills),
  alive: shared.any === shared.any || typeof shared.any,
}));
process.exit(0);
`;

describe("four threads that write one struct while one after the other is killed", () => {
  for (const seed of [1, freshSeed()]) {
    test(`leave whole values and a free guard (seed ${seed})`, async () => {
      const { found, where, ok } = await runKills(KILLS, seed, 60, "write");
      assert.ok(ok, where);
      const { queue, faults } = found as { queue: number[]; faults: string[] };
      assert.deepEqual({ queue, faults }, { queue: [0, 0, 0, 0], faults: [] }, where);
    });
  }
});

const CLASSES = `
import { RLock, SharedStruct } from "threadkit";
import { allocatorFaults } from "../../test/harness/arena.ts";

class Box extends SharedStruct({ made: "any" }) {}
const box = new Box();
const classOf = (n: number) => {
  class Parent extends SharedStruct({ n: "int32", lock: RLock }) {
    child(): Parent { return new Child({ n: this.n + n }); }
  }
  class Child extends Parent {}
  return new Child({ n });
};
let made = 0;
const begin = () => {
  const parents = Array.from({ length: 20 }, () => classOf(made++));
  return new Thread({ target: () => {
    while (!stop.value) {
      for (const parent of parents) {
        const child = parent.child();
        if (child.constructor !== parent.constructor || child.n !== 2 * parent.n) throw new Error("another class");
        box.made = child;
        turns.add(1);
      }
    }
  } }).start();
};
const threads = [0, 1, 2].map(begin);
for (let n = 0; n < kills; n++) {
  killOne(threads, begin, () => {}, n);
  const child = box.made as ReturnType<typeof classOf> | undefined;
  if (child !== undefined && child.child().constructor !== child.constructor) throw new Error("another class here");
  progress(() => {}, "after kill " + n);
}
stop.value = true;
for (const thread of threads) joinWhile(thread, () => {}, "the end");
settle(() => allocatorFaults(undefined, kills).length === 0); // handles of the dead are still being given back
console.log(JSON.stringify(allocatorFaults(undefined, kills)));
process.exit(0);
`;

describe("threads that are killed while they build classes and make instances", () => {
  for (const seed of [1, freshSeed()]) {
    test(`leave classes that work (seed ${seed})`, async () => {
      const { found, where, ok } = await runKills(CLASSES, seed, 20, "classes");
      assert.ok(ok, where);
      assert.deepEqual(found, [], where);
    });
  }
});

const MEMORY = `
import { census, usedBytes } from "../../test/harness/arena.ts";
import { Lock, RLock, SharedStruct, SharedBoolean, SharedInt32, sleep, sleepAsync, Thread } from "threadkit";
const settled = async (goal: number, what: string) => {
  const end = performance.now() + 15_000;
  while (usedBytes() > goal && performance.now() < end) {
    globalThis.gc!();
    await sleepAsync(2);
  }
  console.log(what, usedBytes() <= goal ? "fine" : usedBytes() - goal + " bytes are left: " + JSON.stringify(census()));
};
const calm = async () => {
  for (let i = 0; i < 10; i++) {
    globalThis.gc!();
    await sleepAsync(10);
  }
};
`;

async function isFine(source: string, ...what: string[]): Promise<void> {
  const result = await runScript(MEMORY + source, { nodeArgs: ["--expose-gc"], timeout: LONG_CHILD });
  assert.equal(result.code, 0, captured(result));
  assert.equal(result.stdout, what.map((line) => `${line} fine\n`).join(""), captured(result));
}

describe("the memory of structs comes back", () => {
  test("when nobody has them any more: cells, nested ones, locks, what 'any' fields held, and classes", async () => {
    await isFine(
      `
      const Point = SharedStruct({ x: "float64" });
      const round = async (crossing: boolean) => {
        class Thing extends SharedStruct({ text: "string", any: "any", at: Point, lock: Lock }) {}
        const things = Array.from({ length: 500 }, (_, i) => new Thing({ text: "text " + i, any: [i] }));
        for (const [i, thing] of things.entries()) {
          thing.any = { before: things[i - 1] };
          thing.text = "other " + i;
        }
        if (!crossing) return;
        // With limits the thread has a worker of its own, which ends with it, and what it held is given back.
        const t = new Thread({ resourceLimits: { maxOldGenerationSizeMb: 256 }, target: () => {
          for (const thing of things) {
            thing.at.x = thing.text.length;
            thing.any = new Thing({ any: "made there" });
          }
        } }).start();
        await t.joinAsync();
        if (t.exception) throw t.exception;
      };
      await round(true);
      await calm();
      const goal = usedBytes() + 2_000;
      await round(false);
      await settled(goal, "local");
      for (let i = 0; i < 3; i++) await round(true);
      await settled(goal, "crossed");
      console.log("classes", (census().StructClass ?? 0) <= 4 ? "fine" : JSON.stringify(census()));
      `,
      "local",
      "crossed",
      "classes",
    );
  });

  test("when they are a list of many nodes", async () => {
    await isFine(
      `
      const Node = SharedStruct({ next: "any", n: "int32" });
      new Node();
      const goal = usedBytes() + 2_000;
      const build = (length: number) => {
        let head = new Node();
        for (let n = 0; n < length; n++) head = new Node({ next: n % 2 ? head : { deep: [head] }, n });
      };
      build(200_000);
      await settled(goal, "list");
      `,
      "list",
    );
  });

  test("when a constructor refuses a value after others were stored", async () => {
    await isFine(
      `
      const Thing = SharedStruct({ text: "string", lock: RLock, n: "int8" });
      const refuse = () => { try { new Thing({ text: "a text", n: 1000 }); } catch { return; } throw new Error("taken"); };
      refuse();
      await calm();
      const goal = usedBytes() + 500;
      for (let i = 0; i < 2_000; i++) refuse();
      await settled(goal, "refused");
      `,
      "refused",
    );
  });

  test("when a thread is killed while it makes them", async () => {
    await isFine(
      `
      const Point = SharedStruct({ x: "float64" });
      class Thing extends SharedStruct({ text: "string", any: "any", at: Point, lock: Lock }) {}
      const kept = new Thing();
      const round = async () => {
        const made = new SharedInt32();
        const t = new Thread({ target: () => {
          const all: Thing[] = [];
          for (;;) {
            const thing = new Thing({ text: "text", any: [made.value] });
            thing.any = all.at(-1);
            kept.any = thing;
            all.push(thing);
            made.add(1);
            if (all.length > 300) all.length = 0;
          }
        } }).start();
        while (made.value < 500) sleep(1);
        t.terminate();
        await t.joinAsync();
        if (!(kept.any instanceof Thing)) throw new Error("not a Thing");
        kept.any = undefined;
      };
      await round();
      await calm();
      // What a thread lost between two steps at its death: a block or two each.
      const goal = usedBytes() + 10_000;
      for (let i = 0; i < 8; i++) await round();
      await settled(goal, "killed");
      `,
      "killed",
    );
  });
});
