/**
 * Each way to die, in each wait: the first in line dies, and who stands behind it goes on as if it had never come. A
 * thread that blocks can only be killed; one that awaits can fail in every way.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import "../harness/watchdog.ts";
import {
  Barrier,
  BoundedSemaphore,
  BrokenBarrierError,
  Condition,
  Event,
  Lock,
  RLock,
  Semaphore,
  SharedInt32,
  setExcepthook,
  type Thread,
} from "threadkit";
import { LONG } from "../harness/delays.ts";
import { joinAll, start } from "../harness/threads.ts";
import { until } from "../harness/until.ts";

interface Wait<T> {
  /** An object that makes others wait. */
  make(): T;
  block(object: T): void;
  /** Calls `stands` as soon as it stands in line. */
  wait(object: T, stands: () => void): Promise<void>;
  /** Lets one waiter go on. */
  free(object: T): void;
  /** What the survivor finds: 1, it went on; 2, a broken barrier. */
  outcome: 1 | 2;
}

// biome-ignore lint/suspicious/noExplicitAny: each row has a type of its own
const WAITS: Record<string, Wait<any>> = {
  Lock: {
    make: () => new Lock().acquire(),
    block: (lock: Lock) => lock.with(() => {}),
    wait: async (lock: Lock, stands) => {
      const taken = lock.acquireAsync();
      stands();
      (await taken).release();
    },
    free: (lock: Lock) => lock.release(),
    outcome: 1,
  },
  RLock: {
    make: () => new RLock().acquire(),
    block: (lock: RLock) => lock.with(() => {}),
    wait: async (lock: RLock, stands) => {
      const taken = lock.acquireAsync();
      stands();
      (await taken).release();
    },
    free: (lock: RLock) => lock.release(),
    outcome: 1,
  },
  Semaphore: {
    make: () => new Semaphore(0),
    block: (semaphore: Semaphore) => void semaphore.acquire(),
    wait: async (semaphore: Semaphore, stands) => {
      const taken = semaphore.acquireAsync();
      stands();
      await taken;
    },
    free: (semaphore: Semaphore) => semaphore.release(),
    outcome: 1,
  },
  BoundedSemaphore: {
    make: () => new BoundedSemaphore(1).acquire(),
    block: (semaphore: BoundedSemaphore) => void semaphore.acquire(),
    wait: async (semaphore: BoundedSemaphore, stands) => {
      const taken = semaphore.acquireAsync();
      stands();
      await taken;
    },
    free: (semaphore: BoundedSemaphore) => semaphore.release(),
    outcome: 1,
  },
  Event: {
    make: () => new Event(),
    block: (event: Event) => void event.wait(),
    wait: async (event: Event, stands) => {
      const set = event.waitAsync();
      stands();
      await set;
    },
    free: (event: Event) => event.set(),
    outcome: 1,
  },
  Condition: {
    make: () => new Condition(),
    block: (condition: Condition) => void condition.with(() => condition.wait()),
    wait: (condition: Condition, stands) =>
      condition.withAsync(async () => {
        const notified = condition.waitAsync();
        stands();
        await notified;
      }),
    free: (condition: Condition) => condition.with(() => condition.notify()),
    outcome: 1,
  },
  Barrier: {
    make: () => new Barrier(3),
    block: (barrier: Barrier) => void barrier.wait(),
    wait: async (barrier: Barrier, stands) => {
      const tripped = barrier.waitAsync();
      stands();
      await tripped;
    },
    free: () => {},
    outcome: 2,
  },
  "join()": {
    make: () => {
      const go = new Event();
      return { go, thread: start((go) => void go.wait(), go) };
    },
    block: ({ thread }: { thread: Thread }) => void thread.join(),
    wait: async ({ thread }: { thread: Thread }, stands) => {
      const over = thread.joinAsync();
      stands();
      await over;
    },
    free: ({ go }: { go: Event }) => go.set(),
    outcome: 1,
  },
};

/** Ways to die of a thread that awaits; `terminate()` is called by another. */
const DEATHS: Record<string, (() => void) | undefined> = {
  "terminate()": undefined,
  "an error that nobody catches": () => {
    setTimeout(() => {
      throw new Error("no luck");
    }, 0);
  },
  "a rejection that nobody handles": () => {
    setTimeout(() => void Promise.reject(new Error("no luck")), 0);
  },
  "process.exit()": () => {
    setTimeout(() => process.exit(1), 0);
  },
};

/** A thread that stands in line behind the victim, and what it found. */
async function survivor(
  wait: Wait<unknown>,
  object: unknown,
): Promise<{ thread: Thread; found: SharedInt32 }> {
  const found = new SharedInt32(0);
  const thread = start(
    (block, object, found) => {
      try {
        block(object);
        found.value = 1;
      } catch (error) {
        if (!(error instanceof BrokenBarrierError)) throw error;
        found.value = 2;
      }
    },
    wait.block,
    object,
    found,
  );
  await until(() => thread.state === "blocked" || found.value !== 0, "it stands in line");
  return { thread, found };
}

async function goesOn(
  wait: Wait<unknown>,
  object: unknown,
  { thread, found }: Awaited<ReturnType<typeof survivor>>,
): Promise<void> {
  wait.free(object);
  assert.equal(await thread.joinAsync({ timeout: LONG }), true, "who stood behind the dead hangs");
  assert.equal(thread.exception, undefined);
  assert.equal(found.value, wait.outcome);
}

describe("who stands in line behind a thread that dies goes on", { concurrency: false }, () => {
  for (const [name, wait] of Object.entries(WAITS)) {
    test(`in ${name}, blocked, by terminate()`, async () => {
      const object = wait.make();
      const victim = start((block, object) => block(object), wait.block, object);
      await until(() => victim.state === "blocked", "the victim stands in line");
      const behind = await survivor(wait, object);
      victim.terminate();
      assert.equal(victim.join({ timeout: LONG }), true);
      await goesOn(wait, object, behind);
    });

    for (const [how, die] of Object.entries(DEATHS)) {
      test(`in ${name}, awaiting, by ${how}`, async () => {
        setExcepthook(() => {});
        try {
          const object = wait.make();
          const [stands, go] = [new Event(), new Event()];
          const victim = start(
            async (wait, object, stands, go, die) => {
              const over = wait(object, () => stands.set());
              await go.waitAsync();
              die?.();
              await over;
            },
            wait.wait,
            object,
            stands,
            go,
            die,
          );
          assert.equal(await stands.waitAsync({ timeout: LONG }), true);
          const behind = await survivor(wait, object);
          go.set();
          if (die === undefined) victim.terminate();
          assert.equal(await victim.joinAsync({ timeout: LONG }), true);
          await goesOn(wait, object, behind);
          if (name === "join()") await joinAll([object.thread]);
        } finally {
          setExcepthook(undefined);
        }
      });
    }
  }
});
