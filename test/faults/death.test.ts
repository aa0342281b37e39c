/**
 * Every way in which a thread can die while it holds a lock, with main blocked in join or awaiting joinAsync, and
 * with others that wait for the lock blocking or awaiting: nobody hangs, everybody is told (API rule 6).
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { captured, runScript } from "../harness/child.ts";
import { CHILD } from "../harness/delays.ts";

const SCRIPT = `
import { BrokenLockError, Lock, SharedBoolean, SharedInt32, sleep, sleepAsync, Thread } from "threadkit";

const [cause, joining] = process.argv.slice(2);

async function victim(cause: string, lock: Lock, other: Lock, held: SharedBoolean, go: SharedBoolean) {
  lock.acquire();
  try {
    held.value = true;
    if (cause === "spinning") for (;;);
    if (cause === "parked") other.acquire();
    if (cause === "sleeping") sleep(60_000);
    if (cause === "awaiting") await other.acquireAsync();
    while (!go.value) sleep(1);
    if (cause === "throw") throw new RangeError("no luck");
    if (cause === "rejection") { await sleepAsync(1); throw new RangeError("no luck"); }
    if (cause === "stray rejection") { void Promise.reject(new RangeError("no luck")); await new Promise(() => {}); }
    if (cause === "stray throw") { setTimeout(() => { throw new RangeError("no luck"); }, 1); await new Promise(() => {}); }
    if (cause === "exit") process.exit(3);
    if (cause === "itself") thread.terminate();
    if (cause === "memory") { const all: unknown[] = []; for (;;) all.push({ a: [all.length] }); }
  } finally {
    if (cause !== "throw" && cause !== "rejection") console.log("finally");
  }
}

async function waiter(waiting: string, lock: Lock, standing: SharedInt32, told: SharedInt32, got: SharedInt32) {
  standing.add(1);
  try {
    if (waiting === "awaiting") await lock.acquireAsync(); else lock.acquire();
    got.add(1);
  } catch (error) {
    if (error instanceof BrokenLockError && error.code === "LOCK_BROKEN") told.add(1);
    else throw error;
  }
}

let thread: Thread;
const end = async (t: Thread) => joining === "join" ? t.join({ timeout: 20_000 }) : await t.joinAsync({ timeout: 20_000 });
const report = [];
for (const waiting of ["blocking", "awaiting"]) {
  const lock = new Lock();
  const other = new Lock();
  other.acquire();
  const [held, go] = [new SharedBoolean(), new SharedBoolean()];
  const [standing, told, got] = [new SharedInt32(), new SharedInt32(), new SharedInt32()];
  thread = new Thread({
    name: "victim",
    resourceLimits: cause === "memory" ? { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 } : undefined,
    target: cause === "itself" ? suicide : victim,
    args: [cause, lock, other, held, go],
  }) as unknown as Thread;
  thread.start();
  while (!held.value) sleep(1);
  if (cause === "parked" || cause === "sleeping") while (thread.state !== "blocked") sleep(1);
  const waiters = [1, 2, 3].map(() => new Thread({ target: waiter, args: [waiting, lock, standing, told, got] }).start() as unknown as Thread);
  while (standing.value < 3 || (waiting === "blocking" && waiters.some((w) => w.state !== "blocked"))) sleep(1);
  go.value = true;
  if (["spinning", "parked", "sleeping", "awaiting"].includes(cause)) thread.terminate();
  const ended = await end(thread);
  const state = thread.state;
  const waitersEnded = [];
  for (const w of waiters) waitersEnded.push(await end(w));
  const broken = lock.broken;
  const recovered = lock.recover();
  const after = new Thread({ target: () => { lock.with(() => {}); } }).start();
  const usable = (await end(after)) && !lock.locked();
  const exception = thread.exception as { name: string; message: string; code?: string } | undefined;
  report.push({
    waiting, ended, state, waitersEnded, broken, recovered, usable,
    told: told.value, got: got.value,
    failures: waiters.filter((w) => w.exception !== undefined).length,
    exception: exception === undefined ? null : [exception.name, exception.code ?? exception.message],
    other: other.locked(),
  });
  other.release();
}
function suicide(cause: string, lock: Lock, other: Lock, held: SharedBoolean, go: SharedBoolean) {
  lock.acquire();
  try {
    held.value = true;
    while (!go.value) sleep(1);
    currentThread().terminate();
  } finally {
    console.log("finally");
  }
}
import { currentThread } from "threadkit";
console.log(JSON.stringify(report));
`.replace('    if (cause === "itself") thread.terminate();\n', "");

const LUCK = ["RangeError", "no luck"];
const CAUSES: [string, string, string[] | null][] = [
  ["throw", "an error that nobody caught", LUCK],
  ["rejection", "the rejection of its async target", LUCK],
  ["stray rejection", "a stray rejection", LUCK],
  ["stray throw", "an error in a timer", LUCK],
  ["exit", "process.exit()", ["RuntimeError", "THREAD_EXITED"]],
  ["spinning", "terminate() while it spins", null],
  ["parked", "terminate() while it is parked on another lock", null],
  ["sleeping", "terminate() while it sleeps", null],
  ["awaiting", "terminate() while it awaits another lock", null],
  ["itself", "terminate() of itself", null],
  ["memory", "the end of its memory", ["RuntimeError", "THREAD_DIED"]],
];

describe("a thread that holds a lock and is ended by", { concurrency: 2 }, () => {
  for (const [cause, name, exception] of CAUSES) {
    for (const joining of ["join", "joinAsync"]) {
      test(`${name}, with main in ${joining}, breaks it for all who wait, and recover() mends it`, async () => {
        const result = await runScript(SCRIPT, { args: [cause, joining], timeout: CHILD });
        assert.equal(result.code, 0, captured(result));
        assert.doesNotMatch(result.stdout, /finally/, "no finally block of a killed thread runs");
        for (const found of JSON.parse(result.stdout)) {
          assert.deepEqual(
            found,
            {
              waiting: found.waiting,
              ended: true,
              state: "terminated",
              waitersEnded: [true, true, true],
              broken: true,
              recovered: true,
              usable: true,
              told: 3,
              got: 0,
              failures: 0,
              exception,
              other: true,
            },
            captured(result),
          );
        }
        const heard = result.stderr.match(/Exception in thread victim/g)?.length ?? 0;
        // Twice, since the script does it twice; process.exit() and terminate() were asked for.
        assert.equal(heard, exception === null || cause === "exit" ? 0 : 2, captured(result));
      });
    }
  }
});
