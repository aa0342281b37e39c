/**
 * Threads killed at random points while they work on a SharedList and a SharedRef. Afterwards both are whole: no item is
 * torn or refers to nothing, the list works, nobody waits for the dead, and memory comes back.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LONG_CHILD } from "../harness/delays.ts";
import { runKills } from "../harness/killing.ts";
import { freshSeed } from "../harness/random.ts";

const SCRIPT = `
import { allocatorFaults, arenaWords, census, indexOf, usedBytes } from "../../test/harness/arena.ts";
import { SharedList, SharedRef } from "threadkit";

const list = new SharedList<any>();
const ref = new SharedRef<any>({ n: 0, text: "0" });
const shared = new SharedInt32(5);
const whole = (item: any) =>
  typeof item === "number" || item === shared || (typeof item === "string" && /^item \\d+ x{50}$/.test(item));
const make = (n: number) => (n % 4 === 0 ? n : n % 4 === 1 ? n + 0.5 : n % 4 === 2 ? shared : "item " + n + " " + "x".repeat(50));

function moves() {
  for (let n = 0; !stop.value; n++) {
    const r = Math.random();
    if (r < 0.25) list.push(make(n));
    else if (r < 0.4) list.unshift(make(n));
    else if (r < 0.5) list.insert(Math.floor(Math.random() * 100), make(n));
    else if (r < 0.55) list.push(make(n), make(n + 1), make(n + 2));
    else if (r < 0.65) { const item = list.pop(); if (item !== undefined && !whole(item)) throw new Error("popped " + item); }
    else if (r < 0.75) { const item = list.shift(); if (item !== undefined && !whole(item)) throw new Error("shifted " + item); }
    else if (r < 0.85) { const item = list.removeAt(Math.floor(Math.random() * 100)); if (item !== undefined && !whole(item)) throw new Error("removed " + item); }
    else if (r < 0.9) { try { list.set(3, make(n)); } catch {} }
    else if (r < 0.95) { const item = list.at(-2); if (item !== undefined && !whole(item)) throw new Error("read " + item); }
    else if (r < 0.97) list.includes("item 3 " + "x".repeat(50));
    else if (list.length > 300) list.clear();
    turns.add(1);
  }
}
function loops() {
  while (!stop.value) {
    for (const item of list) if (!whole(item)) throw new Error("in a loop " + item);
    turns.add(1);
  }
}
function updates() {
  while (!stop.value) {
    ref.update(({ n, text }) => {
      if (String(n) !== text) throw new Error("torn " + n + " " + text);
      for (let i = n % 50; i > 0; i--);
      return { n: n + 1, text: String(n + 1) };
    });
    if (Math.random() < 0.2) ref.set({ n: 0, text: "0" });
    turns.add(1);
  }
}
async function awaits() {
  while (!stop.value) {
    await ref.updateAsync(async ({ n, text }) => {
      if (String(n) !== text) throw new Error("torn " + n + " " + text);
      if (n % 3 === 0) await null;
      return { n: n + 1, text: String(n + 1) };
    });
    if (Math.random() < 0.2) await ref.setAsync({ n: 0, text: "0" });
    turns.add(1);
  }
}
const bodies: Record<string, () => unknown> = { moves, loops, updates, awaits };
const begin = () => { const body = mix[Math.floor(random() * mix.length)]; return new Thread({ name: body, target: bodies[body] }).start(); };
const mend = () => {};

const threads = [begin(), begin(), begin()];
for (let n = 0; n < kills; n++) killOne(threads, begin, mend, n);
progress(mend, "after the kills");
stop.value = true;
for (const thread of threads) joinWhile(thread, mend, "in the end");
settle(() => arenaWords()[indexOf(list)] === 0 && allocatorFaults(arenaWords(), kills).length === 0);
const broken = [...list].filter((item) => !whole(item)).map(String);
const counted = list.length === [...list].length;
ref.update(({ n }) => ({ n: n + 1, text: String(n + 1) }));
const { n, text } = ref.get();
list.clear();
ref.set(null);
for (let i = 0; i < 1000; i++) list.push(make(i));
const again = list.length === 1000 && [...list].every((item, i) => item === make(i));
list.clear();
const left = census();
console.log(JSON.stringify({
  active: activeCount(), broken, counted, again, torn: String(n) !== text,
  guard: arenaWords()[indexOf(list)], lock: [...arenaWords().slice(indexOf(ref), indexOf(ref) + 4)],
  faults: allocatorFaults(arenaWords(), kills),
  lost: (left.Message ?? 0) + (left.String ?? 0) + (left.Double ?? 0) + (left.Snapshot ?? 0) + (left.Ring ?? 0), turns: turns.value > 0,
}));
console.error(left, usedBytes(), turns.value);
process.exit();
`;

describe("after many kills", { concurrency: false }, () => {
  for (const [mix, kills] of [
    ["moves", 80],
    ["moves,loops", 60],
    ["updates", 50],
    ["awaits", 40],
    ["moves,loops,updates,awaits", 60],
  ] as const) {
    test(`of threads that do ${mix}, a SharedList and a SharedRef are whole`, {
      timeout: LONG_CHILD,
    }, async (t) => {
      const seed = freshSeed();
      t.diagnostic(`seed ${seed}`);
      const { found, where, ok } = await runKills(SCRIPT, seed, kills, mix);
      assert.ok(ok, where);
      const { lost, ...rest } = found as { lost: number };
      assert.deepEqual(
        rest,
        {
          active: 1,
          broken: [],
          counted: true,
          again: true,
          torn: false,
          guard: 0,
          lock: [0, 0, 0, 0],
          faults: [],
          turns: true,
        },
        where,
      );
      t.diagnostic(`${lost} blocks lost by ${kills} kills`);
      // A value on its way in, or a block that was about to be freed: one or two for a kill at the wrong instant.
      assert.ok(lost <= kills, `${lost} blocks are lost by ${kills} kills, ${where}`);
    });
  }
});
