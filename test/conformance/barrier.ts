/**
 * What a barrier must do, as a suite that runs once for each driver: by blocking, by awaiting.
 * Rules of API.md 0 and SEMANTICS.md 13, 14 are named where they are tested.
 */
import assert from "node:assert/strict";
import { Barrier, type BarrierOptions, BrokenBarrierError, SharedInt32, sleep, type Thread } from "threadkit";
import { AT_ONCE, EARLY, EXPIRES, LONG } from "../harness/delays.ts";
import { refusesAsync } from "../harness/refuses.ts";
import { describe, test } from "../harness/tests.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { took, until } from "../harness/until.ts";
import { barrierWords, quiet } from "../harness/words.ts";

/** How a suite waits in the thread that runs the test. */
export interface Driver {
  readonly name: string;
  readonly awaits: boolean;
  wait(barrier: Barrier, options?: { timeout?: number }): Promise<number>;
}

export const blocking: Driver = {
  name: "blocking",
  awaits: false,
  async wait(barrier, options) {
    return options === undefined ? barrier.wait() : barrier.wait(options);
  },
};

export const awaiting: Driver = {
  name: "awaiting",
  awaits: true,
  async wait(barrier, options) {
    return options === undefined ? barrier.waitAsync() : barrier.waitAsync(options);
  },
};

export const RESET = "Call reset() when all are ready to begin again.";
export const FOUND_BROKEN = `cannot wait at the barrier: it is broken. ${RESET}`;
export const WAS_BROKEN = `cannot wait at the barrier: it was broken while this thread waited. ${RESET}`;
export const WAS_RESET =
  "cannot wait at the barrier: it was reset while this thread waited. Wait again for the next round.";
export const timedOut = (ms: number) =>
  `cannot wait at the barrier: the others did not come within ${ms} ms, and it is broken now. ${RESET}`;

export const PRISTINE = quiet(0);

/** Threads that wait once each and put the index, or -1 for a broken barrier, in `results`. */
export async function lineUp(barrier: Barrier, count: number, results: Int32Array): Promise<Thread[]> {
  const threads: Thread[] = [];
  for (let i = 0; i < count; i++) {
    threads.push(
      start(
        (barrier, results, i) => {
          try {
            results[i] = barrier.wait();
          } catch (error) {
            if (!(error instanceof BrokenBarrierError)) throw error;
            results[i] = -1;
          }
        },
        barrier,
        results,
        i,
      ),
    );
    await until(() => barrier.nWaiting === i + 1 || barrier.broken, `thread ${i} has come`);
  }
  return threads;
}

/** Blocks until somebody waits. */
export function whenOneCame(barrier: Barrier): void {
  while (barrier.nWaiting === 0) sleep(0.2);
}

export const ints = (count: number) => new Int32Array(new SharedArrayBuffer(4 * count)).fill(-2);

export function barrierSuite(driver: Driver): void {
  const make = (parties: number, options?: BarrierOptions) => new Barrier(parties, options);
  const broken = (call: () => unknown, message: string) =>
    refusesAsync(call, BrokenBarrierError, "BARRIER_BROKEN", message);

  describe(`a Barrier, ${driver.name}`, () => {
    test("is whole and empty when it is made", () => {
      const barrier = make(3);
      assert.deepEqual([barrier.parties, barrier.nWaiting, barrier.broken], [3, 0, false]);
      assert.deepEqual(barrierWords(barrier), PRISTINE);
    });

    test("of one party never waits", async () => {
      const barrier = make(1);
      for (let i = 0; i < 3; i++) assert.equal(await driver.wait(barrier, { timeout: 0 }), 0);
      assert.deepEqual(barrierWords(barrier), PRISTINE);
    });

    test("gives the indices in the order of arrival, each once a round, for many rounds (SEMANTICS 13)", async () => {
      const barrier = make(3);
      for (let round = 0; round < 5; round++) {
        const results = ints(2);
        const threads = await lineUp(barrier, 2, results);
        assert.equal(barrier.nWaiting, 2);
        assert.equal(await driver.wait(barrier), 2);
        await joinAll(threads);
        assert.deepEqual([...results], [0, 1]);
        assert.equal(barrier.nWaiting, 0);
        assert.deepEqual(barrierWords(barrier), PRISTINE);
      }
    });

    test("lets nobody through before the last has come", async () => {
      const barrier = make(2);
      const last = start((barrier) => {
        whenOneCame(barrier);
        barrier.wait();
      }, barrier);
      assert.equal(await driver.wait(barrier), 0);
      await joinAll([last]);
      assert.deepEqual(barrierWords(barrier), PRISTINE);
    });

    test("runs the action once a round, in the last thread, before anybody goes on", async () => {
      const [runs, early] = [new SharedInt32(), new SharedInt32()];
      const barrier = make(3, {
        action: () => {
          runs.add(1);
        },
      });
      for (let round = 1; round <= 20; round++) {
        const threads = startEach(
          (barrier, runs, early, round) => {
            barrier.wait();
            if (runs.value !== round) early.add(1);
          },
          [1, 2].map(() => [barrier, runs, early, round] as const),
        );
        await driver.wait(barrier);
        if (runs.value !== round) early.add(1);
        await joinAll(threads);
      }
      assert.deepEqual([runs.value, early.value], [20, 0]);
      assert.deepEqual(barrierWords(barrier), PRISTINE);
    });

    test("whose action throws gives the error to the last one, breaks for the others, and stays broken", async () => {
      const error = new RangeError("no luck");
      const barrier = make(3, {
        action: () => {
          throw error;
        },
      });
      const results = ints(2);
      const threads = await lineUp(barrier, 2, results);
      await assert.rejects(driver.wait(barrier), (found) => found === error);
      await joinAll(threads);
      assert.deepEqual([...results], [-1, -1]);
      assert.equal(barrier.broken, true);
      await broken(() => driver.wait(barrier), FOUND_BROKEN);
      barrier.reset();
      assert.deepEqual([barrier.broken, barrier.nWaiting], [false, 0]);
      assert.deepEqual(barrierWords(barrier), PRISTINE);
    });

    test("is broken for all by one timeout, later arrivals too, until reset() (SEMANTICS 14)", async () => {
      const barrier = make(4);
      const results = ints(2);
      const threads = await lineUp(barrier, 2, results);
      const ms = await took(() =>
        broken(() => driver.wait(barrier, { timeout: EXPIRES }), timedOut(EXPIRES)),
      );
      assert.ok(ms >= EXPIRES - EARLY, `it took ${ms} of ${EXPIRES} ms`);
      await joinAll(threads);
      assert.deepEqual([...results], [-1, -1]);
      assert.deepEqual([barrier.broken, barrier.nWaiting], [true, 0]);
      const late = await took(() => broken(() => driver.wait(barrier, { timeout: LONG }), FOUND_BROKEN));
      assert.ok(late < AT_ONCE);
      barrier.reset();
      const again = ints(3);
      const next = await lineUp(barrier, 3, again);
      assert.equal(await driver.wait(barrier), 3);
      await joinAll(next);
      assert.deepEqual([...again], [0, 1, 2]);
      assert.deepEqual(barrierWords(barrier), PRISTINE);
    });

    test("with timeout 0 is passed by the last one, and broken by any other", async () => {
      const barrier = make(2);
      const results = ints(1);
      const threads = await lineUp(barrier, 1, results);
      assert.equal(await driver.wait(barrier, { timeout: 0 }), 1);
      await joinAll(threads);
      await broken(() => driver.wait(barrier, { timeout: 0 }), timedOut(0));
      assert.equal(barrier.broken, true);
    });

    test("uses the constructor's timeout unless wait names one", async () => {
      for (const [timeout, options, expected] of [
        [EXPIRES + 0.25, undefined, EXPIRES + 0.25],
        [EXPIRES, {}, EXPIRES],
        [EXPIRES, { timeout: undefined }, EXPIRES],
        [LONG, { timeout: 1 }, 1],
        [undefined, { timeout: 2 }, 2],
      ] as const) {
        const barrier = make(2, { timeout });
        await broken(() => driver.wait(barrier, options), timedOut(expected));
      }
      const barrier = make(2, { timeout: 1 });
      const last = start(
        (barrier, wait) => {
          whenOneCame(barrier);
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait);
          barrier.wait();
        },
        barrier,
        EXPIRES,
      );
      assert.equal(await driver.wait(barrier, { timeout: Number.POSITIVE_INFINITY }), 0);
      await joinAll([last]);
    });

    test("throws its waiters out by reset(), is not broken by it, and goes on with newcomers (SEMANTICS 14)", async () => {
      const barrier = make(3);
      const results = ints(2);
      const threads = await lineUp(barrier, 2, results);
      barrier.reset();
      assert.deepEqual([barrier.broken, barrier.nWaiting], [false, 0]);
      await joinAll(threads);
      assert.deepEqual([...results], [-1, -1]);
      const again = ints(2);
      const next = await lineUp(barrier, 2, again);
      assert.equal(await driver.wait(barrier), 2);
      await joinAll(next);
      assert.deepEqual([...again], [0, 1]);
      assert.deepEqual(barrierWords(barrier), PRISTINE);
    });

    test("tells one who waits that it was reset, or broken", async () => {
      const barrier = make(2);
      const act = (what: "reset" | "abort") =>
        start(
          (barrier, what) => {
            whenOneCame(barrier);
            barrier[what]();
          },
          barrier,
          what,
        );
      let other = act("reset");
      await broken(() => driver.wait(barrier), WAS_RESET);
      await joinAll([other]);
      assert.equal(barrier.broken, false);
      other = act("abort");
      await broken(() => driver.wait(barrier, { timeout: LONG }), WAS_BROKEN);
      await joinAll([other]);
      assert.equal(barrier.broken, true);
    });

    test("is broken by abort(), with and without waiters, and reset() with none does nothing", async () => {
      const barrier = make(2);
      barrier.reset();
      assert.equal(barrier.broken, false);
      barrier.abort();
      assert.equal(barrier.broken, true);
      await broken(() => driver.wait(barrier), FOUND_BROKEN);
      barrier.abort();
      barrier.reset();
      barrier.reset();
      const threads = await lineUp(barrier, 1, ints(1));
      assert.equal(await driver.wait(barrier), 1);
      await joinAll(threads);
      assert.deepEqual(barrierWords(barrier), PRISTINE);
    });
  });
}
