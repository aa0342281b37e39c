/** Threads that are killed in every operation of a SharedMap: each is done or not, and nobody else notices. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { SharedBoolean, SharedMap, sleep, sleepAsync, type Thread } from "threadkit";
import { LONG } from "../harness/delays.ts";
import { runKills } from "../harness/killing.ts";
import { mapFaults } from "../harness/map-words.ts";
import { freshSeed } from "../harness/random.ts";
import { joinAll, start } from "../harness/threads.ts";
import { until } from "../harness/until.ts";

async function kill(thread: Thread): Promise<void> {
  thread.terminate();
  assert.equal(await thread.joinAsync({ timeout: LONG }), true);
}

/** When the supervisor has given back what the dead had, the next update takes their locks of keys out. */
async function nothingIsLeft(map: SharedMap<string, number>): Promise<void> {
  await until(() => {
    map.update("key", (n) => n ?? 0);
    return mapFaults(map).length === 0;
  }, "nothing is left of the dead");
}

/** A thread that sits in an update of a key for good. */
async function sitsIn(map: SharedMap<string, number>, awaits: boolean): Promise<Thread> {
  const inside = new SharedBoolean();
  const thread = awaits
    ? start(
        async (map, inside) => {
          await map.updateAsync("key", async () => {
            inside.value = true;
            await sleepAsync(60_000);
            return 13;
          });
        },
        map,
        inside,
      )
    : start(
        (map, inside) => {
          map.update("key", () => {
            inside.value = true;
            sleep(60_000);
            return 13;
          });
        },
        map,
        inside,
      );
  await until(() => inside.value, "it is inside");
  return thread;
}

describe("a thread that is killed inside the function of an update", { concurrency: false }, () => {
  for (const awaits of [false, true]) {
    const how = awaits ? "updateAsync" : "update";
    test(`leaves the old value, and the next in line goes on (${how})`, async () => {
      const map = new SharedMap([["key", 1]]);
      const victim = await sitsIn(map, awaits);
      assert.equal(map.get("key"), 1, "reads don't wait");
      map.set("other", 5); // other keys don't either
      const waiters = [
        start((map) => void map.update("key", (n) => (n ?? 0) + 1), map),
        start(
          (map) =>
            void map.set(
              "key2",
              map.update("key", (n) => (n ?? 0) + 10),
            ),
          map,
        ),
      ];
      const promise = map.updateAsync("key", (n) => (n ?? 0) + 100);
      await until(() => waiters.every((thread) => thread.state === "blocked"), "they wait");
      assert.equal(map.get("key"), 1);
      await kill(victim);
      await joinAll(waiters);
      await promise;
      assert.equal(map.get("key"), 112);
      await nothingIsLeft(map);
    });

    test(`lets set, delete and clear through (${how})`, async () => {
      for (const call of [
        (map: SharedMap<string, number>) => void map.set("key", 7),
        (map: SharedMap<string, number>) => void map.delete("key"),
        (map: SharedMap<string, number>) => void map.clear(),
        async (map: SharedMap<string, number>) => void (await map.setAsync("key", 7)),
        async (map: SharedMap<string, number>) => void (await map.deleteAsync("key")),
        async (map: SharedMap<string, number>) => void (await map.clearAsync()),
      ]) {
        const map = new SharedMap([["key", 1]]);
        const victim = await sitsIn(map, awaits);
        const waiter = start(call, map);
        await sleepAsync(5);
        assert.equal(map.get("key"), 1);
        assert.equal(waiter.isAlive(), true);
        await kill(victim);
        await joinAll([waiter]);
        assert.notEqual(map.get("key"), 1);
        await nothingIsLeft(map);
      }
    });
  }

  test("and who is killed in line leaves no trace", async () => {
    const map = new SharedMap([["key", 1]]);
    const inside = new SharedBoolean();
    const stop = new SharedBoolean();
    const holder = start(
      (map, inside, stop) => {
        map.update("key", (n) => {
          inside.value = true;
          while (!stop.value) sleep(1);
          return (n ?? 0) + 1;
        });
      },
      map,
      inside,
      stop,
    );
    await until(() => inside.value, "it is inside");
    const victims = [
      start((map) => void map.set("key", 100), map),
      start((map) => void map.update("key", () => 100), map),
      start((map) => void map.clear(), map),
      start(async (map) => void (await map.setAsync("key", 100)), map),
    ];
    await until(() => victims.slice(0, 3).every((thread) => thread.state === "blocked"), "they wait");
    for (const victim of victims) await kill(victim);
    stop.value = true;
    await joinAll([holder]);
    assert.equal(map.get("key"), 2);
    await nothingIsLeft(map);
  });
});

const SCRIPT = `
import { SharedMap, SharedSet } from "threadkit";
import { allocatorFaults, census } from "../../test/harness/arena.ts";
import { Kind } from "../../src/memory/layout.ts";
import { mapFaults, strayCells } from "../../test/harness/map-words.ts";

type Value = { key: string; n: number; check: string; tail: string };
const map = new SharedMap<string | number, Value>();
const counts = new SharedMap<string, number>();
const set = new SharedSet<string | number>();
const done = new SharedInt32();
const bad = new SharedInt32();
const KEYS = 60;

function keyOf(n: number): string | number {
  return n % 3 === 0 ? n : n % 3 === 1 ? "key " + n : n + 0.5;
}
function valueOf(key: string | number, n: number): Value {
  return { key: String(key), n, check: key + "/" + n, tail: "x".repeat(n % 100) };
}
function look(key: string | number, value: Value | undefined) {
  if (value === undefined) return;
  if (value.key !== String(key) || value.check !== key + "/" + value.n || value.tail.length !== value.n % 100) bad.add(1);
}
function step(random: () => number) {
  const key = keyOf(Math.floor(random() * KEYS));
  const n = Math.floor(random() * 1000);
  const which = random();
  if (which < 0.2) map.set(key, valueOf(key, n));
  else if (which < 0.35) look(key, map.get(key));
  else if (which < 0.5) map.delete(key);
  else if (which < 0.6) { map.update(key, (old) => { look(key, old); return valueOf(key, n); }); }
  else if (which < 0.7) look(key, map.getOrSet(key, () => valueOf(key, n)));
  else if (which < 0.85) { counts.update("n", (old) => (old ?? 0) + 1); done.add(1); }
  else if (which < 0.9) { set.add(key); set.delete(keyOf(n % KEYS)); }
  else if (which < 0.92) for (const [key, value] of map) look(key, value);
  else if (which < 0.925) map.clear();
  else if (which < 0.93) set.clear();
  else { for (let i = 0; i < 20; i++) set.add("many " + i); for (let i = 0; i < 20; i++) set.delete("many " + i); }
}
async function stepAsync(random: () => number) {
  const key = keyOf(Math.floor(random() * KEYS));
  const n = Math.floor(random() * 1000);
  const which = random();
  if (which < 0.25) await map.setAsync(key, valueOf(key, n));
  else if (which < 0.4) await map.deleteAsync(key);
  else if (which < 0.6) await map.updateAsync(key, async (old) => { look(key, old); await null; return valueOf(key, n); });
  else if (which < 0.7) look(key, await map.getOrSetAsync(key, async () => valueOf(key, n)));
  else if (which < 0.9) { await counts.updateAsync("n", async (old) => { await null; return (old ?? 0) + 1; }); done.add(1); }
  else if (which < 0.91) await map.clearAsync();
  else if (which < 0.93) for (const [key, value] of map) look(key, value);
  else look(key, map.get(key));
}
function blocks(seed: number) {
  const random = randomFrom(seed);
  while (!stop.value) { step(random); turns.add(1); }
}
async function awaits(seed: number) {
  const random = randomFrom(seed);
  const task = async () => { while (!stop.value) { await stepAsync(random); turns.add(1); } };
  await Promise.all([task(), task(), task()]);
}
const bodies: Record<string, (seed: number) => unknown> = { blocks, awaits };
let serial = seed;
const begin = (i: number) => new Thread({ target: bodies[mix[i]], args: [serial++], name: mix[i] }).start() as Thread;
const threads = mix.map((_, i) => begin(i));
const nothing = () => {};
for (let n = 0; n < kills; n++) {
  killOne(threads, begin, nothing, n);
  progress(nothing, "after kill " + n);
  if (bad.value > 0) throw new Error("a torn value after kill " + n);
}
stop.value = true;
for (const thread of threads) joinWhile(thread, nothing, "in the end");
// What the dead left in the lists of key locks goes with the next update.
settle(() => { map.update(1, (v) => v ?? valueOf(1, 1)); counts.update("n", (n) => n ?? 0); return [map, counts, set].every((m) => mapFaults(m).length === 0); });
for (const [key, value] of map) look(key, value);
const count = counts.get("n") ?? 0;
const kinds = [Kind.String, Kind.Double, Kind.Table, Kind.Snapshot, Kind.KeyLock];
// Killed in the one instruction between the note of a use and the use itself: see key-lock.ts. It harms nobody.
const isHarmless = (fault: string) => fault === "a lock of a key is left";
const { stray, wrong } = strayCells([map, counts, set], kinds);
const left = census();
console.log(JSON.stringify({
  faults: [map, counts, set].flatMap((m) => mapFaults(m)).filter((fault) => !isHarmless(fault)),
  allocator: allocatorFaults(undefined, kills),
  bad: bad.value,
  counted: count >= done.value && count <= done.value + 3 * kills,
  wrongReferences: wrong <= kills,
  fewLeaks: stray - (left.Table ?? 0) <= kills ? true : [stray, left],
  active: activeCount(),
}));
process.exit();
`;

describe("after many kills in a SharedMap and a SharedSet", { concurrency: false }, () => {
  for (const [mix, kills] of [
    ["blocks,blocks,blocks", 60],
    ["blocks,awaits,awaits", 60],
  ] as const) {
    test(`of threads that do ${mix}, every word is right`, async (t) => {
      const seed = freshSeed();
      t.diagnostic(`seed ${seed}`);
      const { found, where, ok } = await runKills(SCRIPT, seed, kills, mix);
      assert.ok(ok, where);
      assert.deepEqual(
        found,
        {
          faults: [],
          allocator: [],
          bad: 0,
          counted: true,
          wrongReferences: true,
          fewLeaks: true,
          active: 1,
        },
        where,
      );
    });
  }
});
