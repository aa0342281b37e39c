/**
 * A SharedList under load: small histories of concurrent calls are linearizable, and long ones keep the exact count of
 * every item, whatever is pushed, taken, moved and cleared meanwhile.
 */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import "../harness/watchdog.ts";
import { SharedInt32, SharedList, SharedRef } from "threadkit";
import { Q_GUARD } from "../../src/parking/layout.ts";
import { allocatorFaults, arenaWords, indexOf } from "../harness/arena.ts";
import { type Model, mustLinearize, type Operation } from "../harness/linearizable.ts";
import { rounds } from "../harness/meet.ts";
import { freshSeed, randomFrom } from "../harness/random.ts";
import { joinAll, startEach } from "../harness/threads.ts";

type Call = [name: string, ...args: number[]];
type Value = number | string | null;

/** What a call does to an array; the same text runs on a list in the threads. `null` stands for undefined, as in JSON. */
function apply(
  list: {
    push(...items: Value[]): number;
    unshift(...items: Value[]): number;
    pop(): Value | undefined;
    shift(): Value | undefined;
    at(i: number): Value | undefined;
    readonly length: number;
  },
  call: Call,
): unknown {
  const [name, a, b] = call;
  const item = (n: number): Value => (n % 3 === 0 ? n : n % 3 === 1 ? n + 0.5 : `item ${n}`);
  switch (name) {
    case "push": return list.push(item(a));
    case "push two": return list.push(item(a), item(b));
    case "unshift": return list.unshift(item(a));
    case "unshift two": return list.unshift(item(a), item(b));
    case "pop": return list.pop() ?? null;
    case "shift": return list.shift() ?? null;
    case "at": return list.at(a) ?? null;
    case "length": return list.length;
  } // biome-ignore format: a table
  throw new Error(name);
}

/** What arrays and lists do by different names. */
interface Both {
  set(i: number, value: Value): boolean;
  insert(i: number, value: Value): void;
  removeAt(i: number): Value | undefined;
  clear(): void;
  all(): Value[];
  indexOf(value: Value): number;
}

function applyBoth(list: Both & Parameters<typeof apply>[0], call: Call): unknown {
  const [name, a, b] = call;
  switch (name) {
    case "set": return list.set(a, b);
    case "insert": return list.insert(a, b) ?? null;
    case "removeAt": return list.removeAt(a) ?? null;
    case "clear": return list.clear() ?? null;
    case "all": return list.all();
    case "indexOf": return list.indexOf(a);
  } // biome-ignore format: a table
  return apply(list, call);
}

class ArrayModel {
  readonly array: Value[];
  constructor(array: Value[]) { this.array = [...array]; }
  push(...items: Value[]) { return this.array.push(...items); }
  unshift(...items: Value[]) { return this.array.unshift(...items); }
  pop() { return this.array.pop(); }
  shift() { return this.array.shift(); }
  at(i: number) { return this.array.at(i); }
  get length() { return this.array.length; }
  set(i: number, value: Value) {
    const exists = i >= -this.array.length && i < this.array.length;
    if (exists) this.array[i < 0 ? i + this.array.length : i] = value;
    return exists;
  }
  insert(i: number, value: Value) { this.array.splice(i, 0, value); }
  removeAt(i: number) {
    return i < -this.array.length ? undefined : this.array.splice(i, 1)[0];
  }
  clear() { this.array.length = 0; }
  all() { return [...this.array]; }
  indexOf(value: Value) { return this.array.indexOf(value); }
} // biome-ignore format: short

const model: Model<Value[], Call, unknown> = {
  initial: [],
  apply(state, call) {
    const array = new ArrayModel(state);
    const result = applyBoth(array, call);
    return { state: array.array, result };
  },
};

const OPERATIONS = [
  "push", "push", "push two", "unshift", "unshift two", "pop", "pop", "shift", "shift", "at", "length", "set", "insert",
  "insert", "removeAt", "clear", "all", "indexOf",
]; // biome-ignore format: a list

/** One thread's part in many histories, with times of a counter that all share. */
function record(
  list: SharedList<Value>,
  clock: SharedInt32,
  gates: Int32Array,
  out: SharedRef<unknown>,
  seed: number,
  me: number,
  each: number,
  threads: number,
  names: string[],
  overlaps: SharedInt32,
): void {
  const random = randomFrom(seed);
  const face = {
    push: (...items: Value[]) => list.push(...items),
    unshift: (...items: Value[]) => list.unshift(...items),
    pop: () => list.pop(),
    shift: () => list.shift(),
    at: (i: number) => list.at(i),
    get length() { return list.length; },
    set: (i: number, value: Value) => {
      try {
        list.set(i, value);
        return true;
      } catch (error) {
        if ((error as { code?: string }).code !== "INDEX_OUT_OF_RANGE") throw error;
        return false;
      }
    },
    insert: (i: number, value: Value) => void list.insert(i, value),
    removeAt: (i: number) => list.removeAt(i),
    clear: () => list.clear(),
    all: () => list.toArray(),
    indexOf: (value: Value) => list.indexOf(value),
  }; // biome-ignore format: short
  const histories: Operation<Call, unknown>[][] = [];
  rounds(
    gates,
    me,
    threads,
    () => overlaps.value >= 100,
    () => list.clear(),
    () => {
      const history: Operation<Call, unknown>[] = [];
      for (let i = 0; i < each; i++) {
        const call: Call = [
          names[Math.floor(random() * names.length)],
          Math.floor(random() * 6) - 2,
          Math.floor(random() * 90),
        ];
        const called = clock.add(1);
        const result = applyBoth(face, call);
        const returned = clock.add(1);
        if (returned > called + 1) overlaps.add(1);
        history.push({ call, called, returned, result, thread: me });
      }
      histories.push(history);
    },
  );
  out.set(histories);
}

describe("a SharedList under load", { concurrency: false }, () => {
  for (const [threads, each] of [
    [2, 8],
    [3, 5],
    [4, 4],
  ]) {
    async function histories(t: TestContext): Promise<number> {
      const seed = freshSeed();
      t.diagnostic(`seed ${seed}`);
      const [list, clock, overlaps] = [new SharedList<Value>(), new SharedInt32(), new SharedInt32()];
      const gates = new Int32Array(new SharedArrayBuffer(8 * 1000 + 4));
      const outs = Array.from({ length: threads }, () => new SharedRef<unknown>(null));
      await joinAll(
        startEach(
          record,
          outs.map(
            (out, me) =>
              [list, clock, gates, out, seed + me, me, each, threads, OPERATIONS, overlaps] as const,
          ),
        ),
      );
      const all = outs.map((out) => out.get() as Operation<Call, unknown>[][]);
      for (let round = 0; round < all[0].length; round++)
        mustLinearize(
          all.flatMap((histories) => histories[round]),
          model,
          `seed ${seed}, round ${round}`,
        );
      t.diagnostic(`${all[0].length} histories, ${overlaps.value} calls overlapped`);
      return overlaps.value;
    }

    test(`of ${threads} threads is linearizable, in histories of ${each} calls each`, async (t) => {
      // Other work on the machine may leave them one processor for a while.
      let overlapped = 0;
      for (let attempt = 0; attempt < 5 && overlapped === 0; attempt++) overlapped = await histories(t);
      assert.ok(overlapped > 0, "nothing ran at the same time");
    });
  }

  test("keeps the count of every item when four threads move them about", async (t) => {
    const seed = freshSeed();
    t.diagnostic(`seed ${seed}`);
    const KINDS = 40;
    const lists = [new SharedList<string>(), new SharedList<string>()];
    for (let i = 0; i < 10 * KINDS; i++) lists[i % 2].push(`item ${i % KINDS}`);
    await joinAll(
      startEach(
        (from: SharedList<string>, to: SharedList<string>, s: number, rounds: number) => {
          const random = randomFrom(s);
          for (let i = 0; i < rounds; i++) {
            const which = Math.floor(random() * 4);
            const taken =
              which === 0
                ? from.pop()
                : which === 1
                  ? from.shift()
                  : from.removeAt(Math.floor(random() * 200));
            if (taken === undefined) continue;
            const [target, place] = [random() < 0.5 ? to : from, Math.floor(random() * 4)];
            if (place === 0) target.push(taken);
            else if (place === 1) target.unshift(taken);
            else if (place === 2) target.insert(Math.floor(random() * 200), taken);
            else target.push(...[taken]);
            if (i % 100 === 0 && [...to].some((item) => !/^item \d+$/.test(item)))
              throw new Error("a torn item");
          }
        },
        [0, 1, 2, 3].map((i) => [lists[i % 2], lists[(i + 1) % 2], seed + i, 6_000] as const),
      ),
    );
    const counts = new Map<string, number>();
    for (const list of lists) for (const item of list) counts.set(item, (counts.get(item) ?? 0) + 1);
    assert.equal(counts.size, KINDS);
    for (const [item, count] of counts) assert.equal(count, 10, `${item}, seed ${seed}`);
    for (const list of lists) assert.equal(arenaWords()[indexOf(list) + Q_GUARD], 0);
    assert.deepEqual(allocatorFaults(), []);
  });
});
