/** SharedMap under load: exact against a sequential model, linearizable, never torn. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { SharedInt32, SharedMap, SharedSet, sleep } from "threadkit";
import { type Model, mustLinearize, type Operation } from "../harness/linearizable.ts";
import { mapFaults } from "../harness/map-words.ts";
import { freshSeed, randomFrom } from "../harness/random.ts";
import { joinAll, startEach } from "../harness/threads.ts";

type Map4 = SharedMap<string | number, unknown>;

/** Keys that only this thread changes, so that a model tells exactly what is there; and sums that all add to. */
function fuzz(
  map: Map4,
  set: SharedSet<string | number>,
  added: SharedInt32,
  seed: number,
  id: number,
  steps: number,
): void {
  const random = randomFrom(seed + id);
  const model = new Map<string | number, unknown>();
  const members = new Set<string | number>();
  const must = (holds: boolean, what: string) => {
    if (!holds) throw new Error(`thread ${id}, seed ${seed}: ${what}`);
  };
  const add = (n: number) => {
    map.update("sum", (sum) => (sum as number) + n);
    added.add(n);
  };
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  for (let i = 0; i < steps; i++) {
    const n = Math.floor(random() * 120);
    const key = n % 2 === 0 ? `${id}/${n}` : id * 1000 + n + 0.25;
    const value =
      random() < 0.5 ? i : random() < 0.5 ? { i, text: "\u0161".repeat(i % 70) } : "x".repeat(i % 300);
    const which = random();
    if (which < 0.25) {
      map.set(key, value);
      model.set(key, value);
    } else if (which < 0.4) must(map.delete(key) === model.delete(key), `delete ${key}`);
    else if (which < 0.55) must(same(map.get(key), model.get(key)), `get ${key} at ${i}`);
    else if (which < 0.6) must(map.has(key) === model.has(key), `has ${key}`);
    else if (which < 0.7) {
      map.update(key, (old) => {
        must(same(old, model.get(key)), `update ${key} at ${i}`);
        return value;
      });
      model.set(key, value);
    } else if (which < 0.78) {
      const got = map.getOrSet(key, () => value);
      if (!model.has(key)) model.set(key, value);
      must(same(got, model.get(key)), `getOrSet ${key}`);
    } else if (which < 0.9) add(1);
    else if (which < 0.97) {
      must(set.has(key) === members.has(key), `has ${key} in the set`);
      if (random() < 0.5) {
        set.add(key);
        members.add(key);
      } else must(set.delete(key) === members.delete(key), `delete ${key} from the set`);
    } else {
      const own = [...map].filter(([k]) =>
        typeof k === "string" ? k.startsWith(`${id}/`) : Math.floor(k / 1000) === id,
      );
      must(same(own, [...model]), "the entries, in order");
    }
  }
  const own = [...map].filter(([k]) =>
    typeof k === "string" ? k.startsWith(`${id}/`) : Math.floor(k / 1000) === id,
  );
  must(same(own, [...model]), "the entries in the end");
}

describe("a SharedMap under load", { concurrency: false }, () => {
  for (let round = 0; round < 3; round++) {
    test(`does for each of four threads what a Map would, round ${round}`, async (t) => {
      const seed = freshSeed();
      t.diagnostic(`seed ${seed}`);
      const map: Map4 = new SharedMap([["sum", 0]]);
      const [set, added] = [new SharedSet<string | number>(), new SharedInt32()];
      await joinAll(
        startEach(
          fuzz,
          [1, 2, 3, 4].map((id) => [map, set, added, seed, id, 8000] as const),
        ),
      );
      assert.equal(map.get("sum"), added.value, `seed ${seed}`);
      assert.deepEqual(mapFaults(map), [], `seed ${seed}`);
      assert.deepEqual(mapFaults(set), [], `seed ${seed}`);
    });
  }

  test("loses no update of many keys by blocking and awaiting threads, and no value is torn", async () => {
    const map = new SharedMap<string, { n: number; copy: string }>();
    const each = 4000;
    const count = (map: SharedMap<string, { n: number; copy: string }>, each: number) => {
      for (let i = 0; i < each; i++) {
        map.update(`key ${i % 7}`, (old) => {
          const n = (old?.n ?? 0) + 1;
          if (old !== undefined && old.copy !== String(old.n).repeat(50)) throw new Error("torn");
          return { n, copy: String(n).repeat(50) };
        });
        const seen = map.get(`key ${(i + 3) % 7}`);
        if (seen !== undefined && seen.copy !== String(seen.n).repeat(50)) throw new Error("torn");
      }
    };
    const countAsync = async (map: SharedMap<string, { n: number; copy: string }>, each: number) => {
      const task = async (from: number) => {
        for (let i = from; i < each / 10; i += 5) {
          await map.updateAsync(`key ${i % 7}`, async (old) => {
            const n = (old?.n ?? 0) + 1;
            await null;
            return { n, copy: String(n).repeat(50) };
          });
        }
      };
      await Promise.all([0, 1, 2, 3, 4].map(task));
    };
    await joinAll([
      ...startEach(
        count,
        [1, 2, 3].map(() => [map, each] as const),
      ),
      ...startEach(
        countAsync,
        [1, 2].map(() => [map, each] as const),
      ),
    ]);
    let sum = 0;
    for (const value of map.values()) sum += value.n;
    assert.equal(sum, 3 * each + 2 * (each / 10));
    map.update("key 0", (value) => value!);
    assert.deepEqual(mapFaults(map), []);
  });
});

type Call =
  | ["set" | "add", string, number]
  | ["get" | "has" | "delete", string]
  | ["getOrSet", string, number]
  | ["size" | "entries" | "clear"];
type State = [string, number][];
type Result = unknown;

const sequential: Model<State, Call, Result> = {
  initial: [],
  apply(state, call) {
    const map = new Map(state);
    const done = (result: Result) => ({ state: [...map], result });
    switch (call[0]) {
      case "set":
        map.set(call[1], call[2]);
        return done("set");
      case "add": {
        const sum = (map.get(call[1]) ?? 0) + call[2];
        map.set(call[1], sum);
        return done(sum);
      }
      case "get":
        return done(map.get(call[1]) ?? "none");
      case "has":
        return done(map.has(call[1]));
      case "delete":
        return done(map.delete(call[1]));
      case "getOrSet":
        if (!map.has(call[1])) map.set(call[1], call[2]);
        return done(map.get(call[1]));
      case "size":
        return done(map.size);
      case "entries":
        return done([...map]);
      case "clear":
        map.clear();
        return done("clear");
    }
  },
};

/** Runs random calls in rounds, all threads at once in each, and notes when each began and ended. */
function record(
  maps: readonly SharedMap<string, number>[],
  log: SharedMap<string, Operation<Call, Result>[]>,
  clock: SharedInt32,
  ready: SharedInt32,
  seed: number,
  id: number,
): void {
  const random = randomFrom(seed * 7 + id);
  const keys = ["a", "b"];
  for (let round = 0; round < maps.length; round++) {
    const map = maps[round];
    const history: Operation<Call, Result>[] = [];
    const calls = Array.from({ length: 6 }, (_, i): Call => {
      const key = keys[Math.floor(random() * keys.length)];
      const n = id * 100 + i;
      const which = Math.floor(random() * 10);
      if (which < 2) return ["set", key, n];
      if (which < 4) return ["add", key, n];
      if (which === 4) return ["get", key];
      if (which === 5) return ["delete", key];
      if (which === 6) return ["getOrSet", key, n];
      if (which === 7) return ["entries"];
      if (which === 8) return random() < 0.5 ? ["size"] : ["clear"];
      return ["has", key];
    });
    const pause = Math.floor(random() * 2000);
    // Spinning: threads that are woken come too late to meet.
    ready.add(1);
    for (let spins = 0; ready.value < 3 * (round + 1); spins++) if (spins > 2000) sleep(0.01);
    for (let i = 0; i < pause / 8; i++);
    for (const call of calls) {
      const called = clock.add(1);
      let result: unknown;
      if (call[0] === "set") {
        map.set(call[1], call[2]);
        result = "set";
      } else if (call[0] === "add") {
        result = map.update(call[1], (old) => {
          for (let i = 0; i < pause; i++);
          return (old ?? 0) + call[2];
        });
      } else if (call[0] === "get") result = map.get(call[1]) ?? "none";
      else if (call[0] === "has") result = map.has(call[1]);
      else if (call[0] === "delete") result = map.delete(call[1]);
      else if (call[0] === "getOrSet") result = map.getOrSet(call[1], () => call[2]);
      else if (call[0] === "size") result = map.size;
      else if (call[0] === "entries") result = [...map];
      else {
        map.clear();
        result = "clear";
      }
      history.push({ call, called, returned: clock.add(1), result, thread: id });
    }
    log.set(`${round}/${id}`, history);
  }
}

describe("a SharedMap", { concurrency: false }, () => {
  test("is linearizable: an order of single steps explains what three threads saw", async (t) => {
    const first = freshSeed();
    t.diagnostic(`seed ${first}`);
    // On busy processors calls seldom overlap: on until they did.
    let overlapping = 0;
    for (let seed = first; overlapping < 40 && seed < first + 50; seed++)
      overlapping += await histories(seed);
    assert.ok(overlapping >= 40, `only in ${overlapping} rounds calls overlapped: that shows nothing`);
  });
});

/** Checks the histories of many rounds. @returns in how many of them calls overlapped */
async function histories(seed: number): Promise<number> {
  const rounds = 400;
  const maps = Array.from({ length: rounds }, () => new SharedMap<string, number>());
  const log = new SharedMap<string, Operation<Call, Result>[]>();
  const [clock, ready] = [new SharedInt32(), new SharedInt32()];
  const ids = [1, 2, 3];
  await joinAll(
    startEach(
      record,
      ids.map((id) => [maps, log, clock, ready, seed, id] as const),
    ),
  );
  let overlapping = 0;
  for (let round = 0; round < rounds; round++) {
    const history = ids.flatMap((id) => log.get(`${round}/${id}`)!);
    if (history.some(({ called, returned }) => returned - called > 1)) overlapping++;
    mustLinearize(history, sequential, `round ${round}, seed ${seed}`);
    assert.deepEqual(mapFaults(maps[round]), [], `round ${round}, seed ${seed}`);
  }
  return overlapping;
}
