/** Storms of set() and clear(): whoever waits when it is set returns true, nobody is left behind. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import { inspect } from "node:util";
import { Barrier, Event, SharedBoolean, SharedInt32 } from "threadkit";
import { LONG } from "../harness/delays.ts";
import { freshSeed, randomFrom } from "../harness/random.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { eventWords, quiet } from "../harness/words.ts";

describe("an Event under load", { concurrency: false }, () => {
  for (const [blocking, awaiting, rounds] of [
    [2, 0, 3_000],
    [0, 3, 2_000],
    [3, 2, 1_500],
    [8, 4, 300],
  ] as const) {
    test(`lets each of ${blocking} blocking and ${awaiting} awaiting waiters in line through by each set(), clear() at its heels`, async () => {
      const [event, passed] = [new Event(), new SharedInt32()];
      const all = blocking + awaiting;
      const round = new Barrier(all + 1);
      const blocks = (event: Event, passed: SharedInt32, rounds: number, round: Barrier) => {
        for (let i = 0; i < rounds; i++) {
          if (!event.wait()) throw new Error(`woken for nothing in round ${i}`);
          passed.add(1);
          round.wait();
        }
      };
      const awaits = async (event: Event, passed: SharedInt32, rounds: number, round: Barrier) => {
        for (let i = 0; i < rounds; i++) {
          if (!(await event.waitAsync())) throw new Error(`woken for nothing in round ${i}`);
          passed.add(1);
          await round.waitAsync();
        }
      };
      const args = (n: number) => Array.from({ length: n }, () => [event, passed, rounds, round] as const);
      const threads = [...startEach(blocks, args(blocking)), ...startEach(awaits, args(awaiting))];
      const setter = start(
        (event, passed, rounds, round, all) => {
          for (let i = 1; i <= rounds; i++) {
            while (!inspect(event).endsWith(` ${all} waiting }`));
            event.set();
            event.clear();
            round.wait();
            if (passed.value !== i * all) throw new Error(`${passed.value} of ${i * all} passed`);
          }
        },
        event,
        passed,
        rounds,
        round,
        all,
      );
      await joinAll([...threads, setter]);
      assert.equal(passed.value, all * rounds);
      assert.deepEqual(eventWords(event), quiet(0));
    });
  }

  test("loses nobody in a storm of set() and clear() from three threads, with impatient waiters", async (t) => {
    const seed = freshSeed();
    t.diagnostic(`seed ${seed}`);
    const [event, stop, passed] = [new Event(), new SharedBoolean(), new SharedInt32()];
    const setters = startEach(
      (event, stop, seed) => {
        const random = randomFrom(seed);
        while (!stop.value) {
          event.set();
          if (random() < 0.9) event.clear();
          for (let n = random() * 200; n > 0; n--);
        }
      },
      [1, 2, 3].map((i) => [event, stop, seed + i] as const),
    );
    const waiters = startEach(
      async (event, passed, seed, limit) => {
        const random = randomFrom(seed);
        for (let i = 0; i < 3_000; i++) {
          const way = random();
          if (way < 0.2) event.wait({ timeout: random() * 0.2 });
          else if (way < 0.4) await event.waitAsync({ timeout: random() });
          else if (way < 0.5) {
            const controller = new AbortController();
            const pending = event.waitAsync({ signal: controller.signal }).catch((error) => error);
            queueMicrotask(() => controller.abort());
            const got = await pending;
            if (got !== true && got.name !== "AbortError") throw got;
          } else if (way < 0.75) {
            if (!event.wait({ timeout: limit })) throw new Error("left behind, blocking");
          } else if (!(await event.waitAsync({ timeout: limit }))) throw new Error("left behind, awaiting");
          passed.add(1);
        }
      },
      [4, 5, 6, 7].map((i) => [event, passed, seed + i, LONG] as const),
    );
    await joinAll(waiters);
    stop.value = true;
    await joinAll(setters);
    assert.equal(passed.value, 12_000);
    event.clear();
    assert.deepEqual(eventWords(event), quiet(0));
  });

  test("a settled waiter is true even though it is cleared at once: 20,000 in line for one set() each", async () => {
    const event = new Event();
    for (let round = 0; round < 200; round++) {
      const pending = Array.from({ length: 100 }, () => event.waitAsync({ timeout: LONG }));
      event.set();
      event.clear();
      assert.ok((await Promise.all(pending)).every(Boolean));
    }
    assert.deepEqual(eventWords(event), quiet(0));
  });
});
