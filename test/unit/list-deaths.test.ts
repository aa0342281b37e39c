/**
 * A thread that is killed at any write of any operation of a SharedList or SharedRef: once the supervisor has mended it
 * the operation is done or undone, nothing that is referred to was freed, nothing is freed twice, and what is lost is at
 * most what the thread had in hand.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deathsOf } from "../harness/deaths.ts";

const { allocatorFaults, census, indexOf } = await import("../harness/arena.ts");
const { release, isUsed, kindOf } = await import("../../src/memory/allocator.ts");
const { repairAllocator } = await import("../../src/memory/repair.ts");
const arena = await import("../../src/memory/arena.ts");
const { leave } = await import("../../src/memory/guard.ts");
const { dismiss } = await import("../../src/memory/handle.ts");
const { H_GUARD, Kind } = await import("../../src/memory/layout.ts");
const { HANDS, Q_GUARD, R_HANDS } = await import("../../src/parking/layout.ts");
const { here } = await import("../../src/parking/realm.ts");
const { robustOf } = await import("../../src/parking/robust.ts");
const { isBlock } = await import("../../src/shared/cell.ts");
const { SharedInt32 } = await import("../../src/shared/int32.ts");
const { SharedList } = await import("../../src/shared/list.ts");
const { SharedRef } = await import("../../src/shared/ref.ts");
const { setOutgoing } = await import("../../src/threading/outgoing.ts");
const outgoing = await import("../../src/capture/outgoing.ts");
setOutgoing(() => outgoing);
const { lengthOf, wordOf } = await import("../../src/shared/sequence.ts");

type List = InstanceType<typeof SharedList<unknown>>;
const RING = 4;

/** Who is killed in front of freeing a block that nobody refers to any more costs that block. */
let deaths = 0;

/** What the supervisor does for a dead realm, as far as containers are concerned. */
function bury(at: number): void {
  deaths++;
  if (arena.words[H_GUARD] !== 0) {
    repairAllocator();
    leave(arena.words, H_GUARD);
  }
  const { queue, mend, breakOwned } = robustOf(kindOf(at)) ?? { queue: 0 };
  if (arena.words[at + queue + Q_GUARD] !== 0) {
    arena.words[at + queue + Q_GUARD] = here(); // a worker's token is its realm
    mend?.(at);
    leave(arena.words, at + queue + Q_GUARD);
  }
  breakOwned?.(at, 1); // main's ident
  for (let hand = 0; hand < HANDS; hand++) {
    const cell = arena.words[here() + R_HANDS + hand];
    arena.words[here() + R_HANDS + hand] = 0;
    if (cell !== 0) release(cell);
  }
}

function blocks(): number {
  return Object.entries(census()).reduce((sum, [, count]) => sum + count, 0);
}

function mustBeAlive(list: List, where: string): void {
  const ring = arena.words[indexOf(list) + RING];
  if (ring === 0) return;
  assert.equal(kindOf(ring), Kind.Ring, where);
  for (let i = 0; i < lengthOf(ring); i++) {
    const cell = arena.words[wordOf(ring, i)];
    if (isBlock(cell)) assert.ok(kindOf(cell) !== Kind.Free && isUsed(cell), `${where}: item ${i} was freed`);
  }
}

const shared = new SharedInt32(7);
/** Small, a text, a double, a shared object: every kind of cell. */
const item = (i: number): unknown =>
  [i, `item ${i} is a string of some length`, i + 0.5, shared, { i }][i % 5];
const items = (count: number) => Array.from({ length: count }, (_, i) => item(i));

interface Case {
  name: string;
  count: number;
  run: (list: List) => unknown;
  model: (array: unknown[]) => unknown;
  /** Blocks that may be lost. */
  loss?: number;
}

const each = (counts: number[], make: (count: number) => Omit<Case, "count">): Case[] =>
  counts.map((count) => ({ count, ...make(count) }));

/** 10 and 26 fill a ring; 1, 3, 9 don't. */
const CASES: Case[] = [
  ...each([0, 1, 9, 10, 26], () => ({
    name: "push",
    run: (l) => l.push("new"),
    model: (a) => a.push("new"),
  })),
  ...each([0, 3, 10], () => ({
    name: "push of three",
    run: (l) => l.push("new", 1.5, shared),
    model: (a) => a.push("new", 1.5, shared),
  })),
  ...each([1, 3, 10], () => ({ name: "pop", run: (l) => l.pop(), model: (a) => a.pop() })),
  ...each([4], () => ({ name: "pop of a shared object", run: (l) => l.pop(), model: (a) => a.pop() })),
  ...each([1, 3, 10], () => ({ name: "shift", run: (l) => l.shift(), model: (a) => a.shift() })),
  ...each([0, 3, 10], () => ({
    name: "unshift",
    run: (l) => l.unshift("new"),
    model: (a) => a.unshift("new"),
  })),
  ...each([3, 10], () => ({
    name: "unshift of two",
    run: (l) => l.unshift("new", 2.5),
    model: (a) => a.unshift("new", 2.5),
  })),
  ...[0, 1, 3, 5, 6, 7].flatMap((i) =>
    each([7, 10], () => ({
      name: `insert at ${i}`,
      run: (l) => l.insert(i, "new"),
      model: (a) => a.splice(i, 0, "new"),
    })),
  ),
  ...[0, 1, 3, 5, 6].flatMap((i) =>
    each([7], () => ({ name: `removeAt ${i}`, run: (l) => l.removeAt(i), model: (a) => a.splice(i, 1) })),
  ),
  ...each([3], () => ({
    name: "set",
    run: (l) => l.set(1, "new"),
    model: (a) => {
      a[1] = "new";
    },
  })),
  ...each([3], () => ({ name: "at", run: (l) => l.at(1), model: () => {} })),
  ...each([6], () => ({ name: "indexOf a bigint", run: (l) => l.indexOf(10n ** 30n), model: () => {} })),
  ...each([0, 8], () => ({
    name: "clear",
    run: (l) => l.clear(),
    model: (a) => {
      a.length = 0;
    },
  })),
  ...each([30], () => ({
    name: "pop with which it shrinks",
    run: (l) => l.pop(),
    model: (a) => a.pop(),
  })),
];

describe("a SharedList whose thread was killed at any write of", () => {
  for (const { name, count, run, model, loss = 1 } of CASES) {
    test(`${name}, with ${count} items`, (t) => {
      const before = items(count);
      const after = items(count);
      model(after);
      let [kills, undone, done, lost] = [0, 0, 0, 0];
      const begin = () => {
        const baseline = blocks();
        const references = arena.words[indexOf(shared) - 1];
        const list = new SharedList<unknown>(before);
        if (name.includes("shrinks")) for (let i = 0; i < 200; i++) list.push(i);
        if (name.includes("shrinks")) for (let i = 0; i < 200; i++) list.pop();
        // Not all rings begin at place 0.
        if (count === 7) for (let i = 0; i < 8; i++) list.push(list.shift());
        if (count === 7) for (let i = 0; i < 6; i++) list.push(list.shift());
        return { list, baseline, references };
      };
      for (const { subject, writes, died } of deathsOf(begin, ({ list }) => void run(list))) {
        const where = `write ${writes}`;
        const { list, baseline, references } = subject;
        if (died) bury(indexOf(list));
        mustBeAlive(list, where);
        const found = list.toArray();
        if (died && isSame(found, before)) undone++;
        else {
          assert.deepEqual(found, after, where);
          done++;
        }
        kills += Number(died);
        assert.deepEqual(allocatorFaults(undefined, deaths), [], where);
        // It works on, and gives everything back.
        list.push("more");
        assert.equal(list.pop(), "more", where);
        dismiss(list);
        const extra = blocks() - baseline;
        assert.ok(extra >= 0 && extra <= (died ? loss : 0), `${where}: ${extra} blocks are lost`);
        const held = arena.words[indexOf(shared) - 1] - references;
        assert.ok(
          held >= 0 && held <= Number(died),
          `${where}: ${held} references to a shared object are lost`,
        );
        lost += Number(extra > 0);
      }
      assert.ok(kills > 3, "it writes");
      assert.ok(done > 0);
      assert.ok(undone > 0 || isSame(before, after));
      t.diagnostic(`at ${lost} of ${kills} writes something is lost`);
    });
  }
});

function isSame(a: unknown[], b: unknown[]): boolean {
  try {
    assert.deepEqual(a, b);
    return true;
  } catch {
    return false;
  }
}

describe("a SharedRef whose thread was killed at any write of", () => {
  const cases: [name: string, run: (ref: InstanceType<typeof SharedRef<unknown>>) => void, loss?: number][] =
    [
      ["set", (ref) => ref.set("new")],
      ["update", (ref) => void ref.update(() => "new")],
      ["get", (ref) => void ref.get()],
    ];
  for (const [name, run] of cases) {
    test(name, () => {
      let done = 0;
      const begin = () => {
        const baseline = blocks();
        return { ref: new SharedRef<unknown>("old"), baseline };
      };
      for (const { subject, writes, died } of deathsOf(begin, ({ ref }) => run(ref))) {
        const { ref, baseline } = subject;
        const where = `write ${writes}`;
        if (died) bury(indexOf(ref));
        const found = ref.get();
        if (found === "new") done++;
        else assert.equal(found, "old", where);
        assert.deepEqual(allocatorFaults(undefined, deaths), [], where);
        ref.set("more");
        assert.equal(
          ref.update((value) => `${value}!`),
          "more!",
          where,
        );
        dismiss(ref);
        const extra = blocks() - baseline;
        assert.ok(extra >= 0 && extra <= (died ? 1 : 0), `${where}: ${extra} blocks are lost`);
      }
      assert.equal(done > 0, name !== "get");
    });
  }
});
