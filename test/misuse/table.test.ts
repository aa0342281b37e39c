/**
 * Wrong calls, one a row: class, code and every word of the sentence. Nothing in a row may have had an effect, so
 * the objects are shared by all rows and looked at in the end.
 */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import "../harness/watchdog.ts";
import {
  activeCount,
  BrokenLockError,
  currentThread,
  Lock,
  mainThread,
  RuntimeError,
  SharedBigInt64,
  SharedBoolean,
  SharedFloat64,
  SharedInt32,
  SharedUint32,
  setExcepthook,
  sleep,
  sleepAsync,
  Thread,
  ThreadkitError,
  TIMEOUT_MAX,
} from "threadkit";
import { lockWords, PRISTINE } from "../harness/arena.ts";
import { refuses, refusesAsync } from "../harness/refuses.ts";

type Row = [
  call: string,
  run: () => unknown,
  type: abstract new (...args: never[]) => Error,
  code: string,
  message: string | RegExp,
];

const wrong = <T>(value: T) => value as never;

const lock = new Lock();
const unborn = new Thread({ name: "unborn" });
const over = new Thread({ name: "over" }).start();
over.join();

const NOT_HELD =
  "cannot release the lock: it is not held. Release it once for each acquire; `using` or with() do so by themselves.";
const timeoutType = (verb: string, found: string) =>
  `cannot ${verb}: timeout is ${found}. Give a number of milliseconds, or leave it out to wait for ever.`;
const timeoutRange = (verb: string, found: string) =>
  `cannot ${verb}: timeout is ${found}. Give milliseconds from 0 to ${TIMEOUT_MAX} (TIMEOUT_MAX), or leave it out to wait for ever.`;
const optionsType = (verb: string, found: string) =>
  `cannot ${verb}: the options are ${found}. Give an object such as { timeout: 1000 }.`;
const thread = (what: string, found: string, want: string) =>
  `cannot make a thread: ${what} is ${found}. Give ${want}.`;
const limits = (rest: string) => `cannot make a thread: resourceLimits${rest}`;

const LOCK: Row[] = [
  ["release() of a free lock", () => lock.release(), RuntimeError, "LOCK_NOT_HELD", NOT_HELD],
  ["dispose of a free lock", () => lock[Symbol.dispose](), RuntimeError, "LOCK_NOT_HELD", NOT_HELD],
  [
    "acquire(10)",
    () => lock.acquire(wrong(10)),
    TypeError,
    "INVALID_OPTIONS",
    optionsType("acquire the lock", "10"),
  ],
  [
    "acquire(null)",
    () => lock.acquire(wrong(null)),
    TypeError,
    "INVALID_OPTIONS",
    optionsType("acquire the lock", "null"),
  ],
  [
    "acquire(false), Python's form",
    () => lock.acquire(wrong(false)),
    TypeError,
    "INVALID_OPTIONS",
    optionsType("acquire the lock", "false"),
  ],
  [
    "acquire({ blocking: 0 })",
    () => lock.acquire({ blocking: wrong(0) }),
    TypeError,
    "INVALID_OPTIONS",
    "cannot acquire the lock: blocking is 0. Give true or false.",
  ],
  [
    'acquire({ blocking: "no" })',
    () => lock.acquire({ blocking: wrong("no") }),
    TypeError,
    "INVALID_OPTIONS",
    'cannot acquire the lock: blocking is "no". Give true or false.',
  ],
  [
    "acquire({ blocking: null })",
    () => lock.acquire({ blocking: wrong(null) }),
    TypeError,
    "INVALID_OPTIONS",
    "cannot acquire the lock: blocking is null. Give true or false.",
  ],
  [
    "acquire({ blocking: false, timeout: 0 })",
    () => lock.acquire({ blocking: false, timeout: 0 }),
    TypeError,
    "INVALID_OPTIONS",
    "cannot acquire the lock: blocking is false and there is a timeout too. Leave out one of the two.",
  ],
  [
    "acquire({ blocking: false, timeout: NaN })",
    () => lock.acquire({ blocking: false, timeout: Number.NaN }),
    RangeError,
    "INVALID_TIMEOUT",
    timeoutRange("acquire the lock", "NaN"),
  ],
  [
    "acquire({ timeout: -1 })",
    () => lock.acquire({ timeout: -1 }),
    RangeError,
    "INVALID_TIMEOUT",
    timeoutRange("acquire the lock", "-1"),
  ],
  [
    "acquire({ timeout: NaN })",
    () => lock.acquire({ timeout: Number.NaN }),
    RangeError,
    "INVALID_TIMEOUT",
    timeoutRange("acquire the lock", "NaN"),
  ],
  [
    "acquire({ timeout: 2 ** 31 })",
    () => lock.acquire({ timeout: 2 ** 31 }),
    RangeError,
    "INVALID_TIMEOUT",
    timeoutRange("acquire the lock", "2147483648"),
  ],
  [
    'acquire({ timeout: "1s" })',
    () => lock.acquire({ timeout: wrong("1s") }),
    TypeError,
    "INVALID_TIMEOUT",
    timeoutType("acquire the lock", '"1s"'),
  ],
  [
    "acquire({ timeout: null })",
    () => lock.acquire({ timeout: wrong(null) }),
    TypeError,
    "INVALID_TIMEOUT",
    timeoutType("acquire the lock", "null"),
  ],
  [
    "acquireAsync(10)",
    () => lock.acquireAsync(wrong(10)),
    TypeError,
    "INVALID_OPTIONS",
    optionsType("acquire the lock", "10"),
  ],
  [
    "acquireAsync({ timeout: -1 })",
    () => lock.acquireAsync({ timeout: -1 }),
    RangeError,
    "INVALID_TIMEOUT",
    timeoutRange("acquire the lock", "-1"),
  ],
  [
    "acquireAsync({ timeout: 1n })",
    () => lock.acquireAsync({ timeout: wrong(1n) }),
    TypeError,
    "INVALID_TIMEOUT",
    timeoutType("acquire the lock", "1n"),
  ],
  [
    "acquireAsync({ signal: 1 })",
    () => lock.acquireAsync({ signal: wrong(1) }),
    TypeError,
    "INVALID_SIGNAL",
    "cannot acquire the lock: signal is 1. Give an AbortSignal.",
  ],
  [
    "acquireAsync({ signal: controller })",
    () => lock.acquireAsync({ signal: wrong(new AbortController()) }),
    TypeError,
    "INVALID_SIGNAL",
    "cannot acquire the lock: signal is an instance of AbortController. Give an AbortSignal.",
  ],
  [
    "with(undefined)",
    () => lock.with(wrong(undefined)),
    TypeError,
    "INVALID_ARGUMENT",
    "cannot run a section under the lock: the body is undefined. Give a function.",
  ],
  [
    "with(promise)",
    () => lock.with(wrong(Promise.resolve())),
    TypeError,
    "INVALID_ARGUMENT",
    "cannot run a section under the lock: the body is an instance of Promise. Give a function.",
  ],
  [
    'withAsync("x")',
    () => lock.withAsync(wrong("x")),
    TypeError,
    "INVALID_ARGUMENT",
    'cannot run a section under the lock: the body is "x". Give a function.',
  ],
];

const THREAD: Row[] = [
  [
    "new Thread(function)",
    () => new Thread(wrong(() => {})),
    TypeError,
    "INVALID_OPTIONS",
    optionsType("make a thread", "a function"),
  ],
  [
    "new Thread(named function)",
    () => new Thread(wrong(function work() {})),
    TypeError,
    "INVALID_OPTIONS",
    optionsType("make a thread", "function work"),
  ],
  [
    "new Thread(null)",
    () => new Thread(wrong(null)),
    TypeError,
    "INVALID_OPTIONS",
    optionsType("make a thread", "null"),
  ],
  [
    "new Thread({ target: 1 })",
    () => new Thread({ target: wrong(1) }),
    TypeError,
    "INVALID_OPTIONS",
    thread("target", "1", "a function"),
  ],
  [
    "new Thread({ target: null })",
    () => new Thread({ target: wrong(null) }),
    TypeError,
    "INVALID_OPTIONS",
    thread("target", "null", "a function"),
  ],
  [
    'new Thread({ target: "f" })',
    () => new Thread({ target: wrong("f") }),
    TypeError,
    "INVALID_OPTIONS",
    thread("target", '"f"', "a function"),
  ],
  [
    "new Thread({ args: 1 })",
    () => new Thread({ args: wrong(1) }),
    TypeError,
    "INVALID_OPTIONS",
    thread("args", "1", "an array with the arguments of target"),
  ],
  [
    'new Thread({ args: "ab" })',
    () => new Thread({ args: wrong("ab") }),
    TypeError,
    "INVALID_OPTIONS",
    thread("args", '"ab"', "an array with the arguments of target"),
  ],
  [
    "new Thread({ args: {} })",
    () => new Thread({ args: wrong({}) }),
    TypeError,
    "INVALID_OPTIONS",
    thread("args", "an object", "an array with the arguments of target"),
  ],
  [
    "new Thread({ name: 5 })",
    () => new Thread({ name: wrong(5) }),
    TypeError,
    "INVALID_OPTIONS",
    thread("name", "5", "a string"),
  ],
  [
    "new Thread({ daemon: 1 })",
    () => new Thread({ daemon: wrong(1) }),
    TypeError,
    "INVALID_OPTIONS",
    thread("daemon", "1", "true or false"),
  ],
  [
    "new Thread({ daemon: null })",
    () => new Thread({ daemon: wrong(null) }),
    TypeError,
    "INVALID_OPTIONS",
    thread("daemon", "null", "true or false"),
  ],
  [
    "new Thread({ resourceLimits: 64 })",
    () => new Thread({ resourceLimits: wrong(64) }),
    TypeError,
    "INVALID_OPTIONS",
    limits(" is 64. Give an object with limits in MiB."),
  ],
  [
    "new Thread({ resourceLimits: null })",
    () => new Thread({ resourceLimits: wrong(null) }),
    TypeError,
    "INVALID_OPTIONS",
    limits(" is null. Give an object with limits in MiB."),
  ],
  [
    "an unknown resource limit",
    () => new Thread({ resourceLimits: wrong({ heap: 64 }) }),
    TypeError,
    "INVALID_OPTIONS",
    limits(
      ".heap is not known. Use maxYoungGenerationSizeMb, maxOldGenerationSizeMb, codeRangeSizeMb, stackSizeMb.",
    ),
  ],
  [
    "a resource limit of 0",
    () => new Thread({ resourceLimits: { stackSizeMb: 0 } }),
    RangeError,
    "INVALID_OPTIONS",
    limits(".stackSizeMb is 0. Give a number of MiB above 0."),
  ],
  [
    "a resource limit of NaN",
    () => new Thread({ resourceLimits: { stackSizeMb: Number.NaN } }),
    RangeError,
    "INVALID_OPTIONS",
    limits(".stackSizeMb is NaN. Give a number of MiB above 0."),
  ],
  [
    'a resource limit of "64"',
    () => new Thread({ resourceLimits: { maxOldGenerationSizeMb: wrong("64") } }),
    RangeError,
    "INVALID_OPTIONS",
    limits('.maxOldGenerationSizeMb is "64". Give a number of MiB above 0.'),
  ],
  [
    "a heap in which no worker can boot",
    () => new Thread({ resourceLimits: { maxOldGenerationSizeMb: 2 } }),
    RangeError,
    "INVALID_OPTIONS",
    limits(".maxOldGenerationSizeMb is 2, and no worker can boot with that. Give at least 4 MiB."),
  ],
  [
    "start() of one that is over",
    () => over.start(),
    RuntimeError,
    "THREAD_STARTED",
    "cannot start over: it was started before. Make a new Thread for each run.",
  ],
  [
    "start() of main",
    () => mainThread().start(),
    RuntimeError,
    "THREAD_STARTED",
    "cannot start MainThread: it was started before. Make a new Thread for each run.",
  ],
  [
    "join() of an unstarted thread",
    () => unborn.join(),
    RuntimeError,
    "THREAD_NOT_STARTED",
    "cannot join unborn: it was not started. Call start() first.",
  ],
  [
    "joinAsync() of an unstarted thread",
    () => unborn.joinAsync(),
    RuntimeError,
    "THREAD_NOT_STARTED",
    "cannot join unborn: it was not started. Call start() first.",
  ],
  [
    "join() of oneself",
    () => currentThread().join(),
    RuntimeError,
    "JOIN_SELF",
    "cannot join MainThread: it is the calling thread, which would wait for itself. Join it from another thread.",
  ],
  [
    "join() of oneself with timeout 0",
    () => currentThread().join({ timeout: 0 }),
    RuntimeError,
    "JOIN_SELF",
    "cannot join MainThread: it is the calling thread, which would wait for itself. Join it from another thread.",
  ],
  [
    "joinAsync() of oneself",
    () => currentThread().joinAsync(),
    RuntimeError,
    "JOIN_SELF",
    "cannot join MainThread: it is the calling thread, which would wait for itself. Join it from another thread.",
  ],
  ["join(1000)", () => over.join(wrong(1000)), TypeError, "INVALID_OPTIONS", optionsType("join", "1000")],
  [
    "join({ timeout: -5 })",
    () => over.join({ timeout: -5 }),
    RangeError,
    "INVALID_TIMEOUT",
    timeoutRange("join", "-5"),
  ],
  [
    "join({ timeout: [] })",
    () => over.join({ timeout: wrong([]) }),
    TypeError,
    "INVALID_TIMEOUT",
    timeoutType("join", "an instance of Array"),
  ],
  [
    "joinAsync({ timeout: NaN })",
    () => over.joinAsync({ timeout: Number.NaN }),
    RangeError,
    "INVALID_TIMEOUT",
    timeoutRange("join", "NaN"),
  ],
  [
    "joinAsync({ signal: null })",
    () => over.joinAsync({ signal: wrong(null) }),
    TypeError,
    "INVALID_SIGNAL",
    "cannot join: signal is null. Give an AbortSignal.",
  ],
  [
    "a timeout is refused before the state",
    () => unborn.join({ timeout: -1 }),
    RangeError,
    "INVALID_TIMEOUT",
    timeoutRange("join", "-1"),
  ],
  [
    "name = 5",
    () => (unborn.name = wrong(5)),
    TypeError,
    "INVALID_ARGUMENT",
    "cannot name the thread: the name is 5. Give a string.",
  ],
  [
    "name = undefined",
    () => (unborn.name = wrong(undefined)),
    TypeError,
    "INVALID_ARGUMENT",
    "cannot name the thread: the name is undefined. Give a string.",
  ],
  [
    'daemon = "yes"',
    () => (unborn.daemon = wrong("yes")),
    TypeError,
    "INVALID_ARGUMENT",
    'cannot set daemon: it is "yes". Give true or false.',
  ],
  [
    "setDaemon(1)",
    () => unborn.setDaemon(wrong(1)),
    TypeError,
    "INVALID_ARGUMENT",
    "cannot set daemon: it is 1. Give true or false.",
  ],
  [
    "daemon of one that is over",
    () => (over.daemon = true),
    RuntimeError,
    "THREAD_STARTED",
    "cannot set daemon of over: it was started. Set it before start().",
  ],
  [
    "daemon of main",
    () => (mainThread().daemon = true),
    RuntimeError,
    "THREAD_STARTED",
    "cannot set daemon of MainThread: it was started. Set it before start().",
  ],
  [
    "terminate() of main",
    () => mainThread().terminate(),
    RuntimeError,
    "MAIN_THREAD",
    "cannot terminate the main thread: it is the process. Call process.exit().",
  ],
];

const OTHERS: Row[] = [
  [
    "sleep()",
    () => sleep(wrong(undefined)),
    TypeError,
    "INVALID_TIMEOUT",
    "cannot sleep: the duration is undefined. Give a number of milliseconds.",
  ],
  [
    'sleep("1")',
    () => sleep(wrong("1")),
    TypeError,
    "INVALID_TIMEOUT",
    'cannot sleep: the duration is "1". Give a number of milliseconds.',
  ],
  [
    "sleep(-1)",
    () => sleep(-1),
    RangeError,
    "INVALID_TIMEOUT",
    "cannot sleep: the duration is -1. Give milliseconds from 0 to 2147483647 (TIMEOUT_MAX).",
  ],
  [
    "sleep(NaN)",
    () => sleep(Number.NaN),
    RangeError,
    "INVALID_TIMEOUT",
    "cannot sleep: the duration is NaN. Give milliseconds from 0 to 2147483647 (TIMEOUT_MAX).",
  ],
  [
    "sleep(Infinity)",
    () => sleep(Number.POSITIVE_INFINITY),
    RangeError,
    "INVALID_TIMEOUT",
    "cannot sleep: the duration is Infinity. Give milliseconds from 0 to 2147483647 (TIMEOUT_MAX).",
  ],
  [
    "sleepAsync(-1)",
    () => sleepAsync(-1),
    RangeError,
    "INVALID_TIMEOUT",
    "cannot sleep: the duration is -1. Give milliseconds from 0 to 2147483647 (TIMEOUT_MAX).",
  ],
  [
    "sleepAsync(null)",
    () => sleepAsync(wrong(null)),
    TypeError,
    "INVALID_TIMEOUT",
    "cannot sleep: the duration is null. Give a number of milliseconds.",
  ],
  [
    "sleepAsync(1, 2)",
    () => sleepAsync(1, wrong(2)),
    TypeError,
    "INVALID_OPTIONS",
    optionsType("sleep", "2"),
  ],
  [
    "sleepAsync(1, { signal: {} })",
    () => sleepAsync(1, { signal: wrong({}) }),
    TypeError,
    "INVALID_SIGNAL",
    "cannot sleep: signal is an object. Give an AbortSignal.",
  ],
  [
    "setExcepthook(null)",
    () => setExcepthook(wrong(null)),
    TypeError,
    "INVALID_ARGUMENT",
    "cannot set the excepthook: it is null. Give a function or undefined.",
  ],
  [
    "setExcepthook({})",
    () => setExcepthook(wrong({})),
    TypeError,
    "INVALID_ARGUMENT",
    "cannot set the excepthook: it is an object. Give a function or undefined.",
  ],
  // Each operation of each scalar stands in test/unit/scalars.test.ts.
  [
    "new SharedInt32(1.5)",
    () => new SharedInt32(1.5),
    RangeError,
    "INVALID_VALUE",
    "cannot make a SharedInt32: the value is 1.5. Give a whole number from -2147483648 to 2147483647.",
  ],
  [
    "new SharedInt32(null)",
    () => new SharedInt32(wrong(null)),
    TypeError,
    "INVALID_VALUE",
    "cannot make a SharedInt32: the value is null. Give a number.",
  ],
  [
    "new SharedUint32(-1)",
    () => new SharedUint32(-1),
    RangeError,
    "INVALID_VALUE",
    "cannot make a SharedUint32: the value is -1. Give a whole number from 0 to 4294967295.",
  ],
  [
    "new SharedFloat64(1n)",
    () => new SharedFloat64(wrong(1n)),
    TypeError,
    "INVALID_VALUE",
    "cannot make a SharedFloat64: the value is 1n. Give a number.",
  ],
  [
    "new SharedBigInt64(1)",
    () => new SharedBigInt64(wrong(1)),
    TypeError,
    "INVALID_VALUE",
    "cannot make a SharedBigInt64: the value is 1. Give a bigint.",
  ],
  [
    "new SharedBigInt64(2n ** 63n)",
    () => new SharedBigInt64(2n ** 63n),
    RangeError,
    "INVALID_VALUE",
    "cannot make a SharedBigInt64: 9223372036854775808n does not fit in 64 bits. Give a smaller bigint.",
  ],
  [
    "new SharedBoolean(1)",
    () => new SharedBoolean(wrong(1)),
    TypeError,
    "INVALID_VALUE",
    "cannot make a SharedBoolean: the value is 1. Give true or false.",
  ],
  [
    "a message shows the beginning of a long string only",
    () => new SharedInt32(wrong("x".repeat(1000))),
    TypeError,
    "INVALID_VALUE",
    `cannot make a SharedInt32: the value is "${"x".repeat(40)}…". Give a number.`,
  ],
];

const CROSSING: Row[] = [
  [
    "a promise as an argument",
    () => new Thread({ target: () => {}, args: wrong([Promise.resolve()]) }).start(),
    ThreadkitError,
    "CANNOT_CROSS",
    /args|argument/,
  ],
  [
    "a WeakMap as an argument",
    () => new Thread({ target: () => {}, args: wrong([new WeakMap()]) }).start(),
    ThreadkitError,
    "CANNOT_CROSS",
    /WeakMap/,
  ],
  [
    "a bound function as the target",
    () => new Thread({ target: (() => {}).bind(null) }).start(),
    ThreadkitError,
    "CANNOT_CROSS",
    /bound/,
  ],
];

function table(name: string, rows: readonly Row[]): void {
  describe(name, () => {
    for (const [call, run, type, code, message] of rows) {
      const awaits = /Async\(/.test(call);
      test(`${call} ${awaits ? "rejects" : "throws"} with ${type.name} ${code}`, async () => {
        // An `Async` form never throws: it rejects.
        if (!awaits) return refuses(run, type, code, message);
        const pending = run();
        assert.ok(pending instanceof Promise);
        await refusesAsync(() => pending, type, code, message);
      });
    }
  });
}

table("wrong calls of a Lock", LOCK);
table("wrong calls of a Thread", THREAD);
table("wrong calls of functions and scalars", OTHERS);
table("what can't cross", CROSSING);

describe("an error of this library", () => {
  test("has its class's name, a code, and is printed with both", () => {
    try {
      lock.release();
      assert.fail();
    } catch (error) {
      assert.ok(error instanceof RuntimeError && error instanceof ThreadkitError && error instanceof Error);
      assert.equal(error.name, "RuntimeError");
      assert.equal(String(error), `RuntimeError: ${NOT_HELD}`);
      assert.match(error.stack as string, /table\.test/);
    }
    assert.equal(new BrokenLockError("x").code, "LOCK_BROKEN");
  });

  test("is one sentence of the form: cannot <verb>: <fact>. <what to do>.", () => {
    for (const [call, , , , message] of [...LOCK, ...THREAD, ...OTHERS]) {
      if (typeof message === "string")
        assert.match(message, /^cannot [^:]+: .+[^.]\. [A-Z`].*\.$/, `the sentence of ${call}`);
    }
  });
});

after(() => {
  assert.deepEqual(lockWords(lock), PRISTINE, "a wrong call changed the lock");
  assert.equal(unborn.name, "unborn");
  assert.equal(unborn.state, "new");
  assert.equal(unborn.daemon, false);
  assert.equal(activeCount(), 1, "a wrong call started a thread");
});
