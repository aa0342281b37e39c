/** A carrier's life: run a thread, look whether it left anything behind, wait for the next. */
import { load, or, store } from "#atomics";
import {
  exitThread,
  holdProcess,
  inspectError,
  leftovers,
  liveTasks,
  nativeThreadId,
  onExit,
  onUncaught,
  prepareLoader,
  receive,
  turn,
} from "#host";
import { setBeforeImports, setBeforeRequires } from "../capture/incoming/loaders.ts";
import { RuntimeError } from "../errors/errors.ts";
import { release, retain } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import {
  R_CARRIER,
  R_ENDING,
  R_JOB,
  R_THREAD,
  RUNNING,
  T_EXCEPTION,
  T_FLAGS,
  T_IDENT,
  T_NATIVE,
  T_STATE,
} from "../parking/layout.ts";
import { drainInbox, pendingWaits } from "../parking/park-async.ts";
import { setIdent } from "../parking/realm.ts";
import { HandOver } from "../parking/spin.ts";
import { awaitWord, waitWord } from "../parking/word.ts";
import { wakeAllLate } from "../sync/late.ts";
import { dropLocals } from "../threading/attributes.ts";
import { breakLocks } from "../threading/break-locks.ts";
import { offer, withdraw } from "../threading/carriers.ts";
import { kFurnish } from "../threading/doors.ts";
import { endParts, partsExpect } from "../threading/endings.ts";
import { dropHook, report } from "../threading/excepthook.ts";
import { endThread } from "../threading/join.ts";
import { extrasOf, packThrown, prepare, unpack } from "../threading/message.ts";
import { writeOut } from "../threading/output.ts";
import { ASSIGNED, BUSY, ENDING, FREE, KILLED } from "../threading/states.ts";
import { isThenable } from "../threading/thenable.ts";
import { Thread, threadAt } from "../threading/thread.ts";
import { hasLapsed } from "../threading/timer.ts";

/** Milliseconds that an idle carrier sleeps before it lets its event loop turn, where garbage is collected. */
const NAP = 50;
/** Milliseconds after which it stays in its event loop: from there it is woken in 500 µs, from its sleep in 50. */
const ALERT = 1000;
/** Milliseconds after which an idle carrier ends. */
const IDLE_LIMIT = 30_000;

let thread = 0;
/** Held, so that `currentThread()` stays the very object: it may be a subclass with fields. */
let current: Thread | undefined;
let failed: { readonly error: unknown } | undefined;
let interrupt: (() => void) | undefined;

export async function serve(
  realm: number,
  firstExtras: readonly unknown[] | undefined,
  dedicated: boolean,
): Promise<void> {
  onUncaught((error) => {
    if (thread === 0) writeOut(2, `Exception in a worker between two threads:\n${inspectError(error)}\n`);
    failed ??= { error };
    interrupt?.();
  });
  onExit(noteExit);
  setBeforeImports(() => prepareLoader("import"));
  setBeforeRequires(() => prepareLoader("require"));
  holdProcess();
  leftovers(); // what is there before the first thread is nobody's leftover
  for (let first = firstExtras; ; first = undefined) {
    await nextJob(realm);
    const extras =
      first ??
      (extrasOf(words[realm + R_JOB]) > 0
        ? ((await receive()) as { extras: readonly unknown[] }).extras
        : []);
    store(words, realm + R_CARRIER, BUSY);
    thread = words[realm + R_THREAD];
    cover(thread);
    await run(realm, thread, extras);
    const clean =
      !dedicated &&
      failed === undefined &&
      (words[thread + T_FLAGS] & KILLED) === 0 &&
      pendingWaits() === 0 &&
      liveTasks() === 0 &&
      !partsExpect() &&
      leftovers() === undefined;
    finish(realm, clean);
    if (!clean) exitThread();
  }
}

/** Runs one thread to its end. Leaves in `failed` what it threw. */
async function run(realm: number, at: number, extras: readonly unknown[]): Promise<void> {
  failed = undefined;
  setIdent(words[at + T_IDENT]);
  words[at + T_NATIVE] = native ||= nativeThreadId() ?? 0;
  store(words, at + T_STATE, RUNNING);
  const message = words[realm + R_JOB];
  if (hasLapsed(at)) {
    words[realm + R_JOB] = 0;
    release(message);
    return;
  }
  try {
    const loading = prepare(message);
    if (loading !== undefined) await loading;
    const code = unpack(message, extras) as Code;
    words[realm + R_JOB] = 0;
    release(message);
    const result = code.class === undefined ? code.target?.(...code.args) : build(at, code, code.class).run();
    if (isThenable(result))
      await Promise.race([result, new Promise<void>((resolve) => (interrupt = resolve))]);
  } catch (error) {
    failed ??= { error };
  }
  // One turn: what the thread left to microtasks and ticks still runs, and its unhandled rejections are heard.
  await turn();
  interrupt = undefined;
}
let native = 0;

interface Code {
  readonly target?: (...args: readonly unknown[]) => unknown;
  readonly args: readonly unknown[];
  readonly class?: typeof Thread;
  readonly fields?: Record<string, unknown>;
}

/**
 * The subclass instance that `run` is called on, without running its constructor. A plain thread needs none. It is the
 * one handle of the thread in this realm: what it runs may have captured it.
 */
function build(at: number, code: Code, subclass: typeof Thread): Thread {
  current = threadAt(at);
  if (Object.getPrototypeOf(current) !== subclass.prototype)
    Object.setPrototypeOf(current, subclass.prototype);
  Thread[kFurnish](current, code.target, code.args);
  return Object.assign(current, code.fields);
}

/**
 * The thread's end, in this order: its error is told, its locks are broken if it failed, its worker is free for
 * the next, and only then is it over: who joined it may start another at once and finds the worker.
 */
function finish(realm: number, clean: boolean): void {
  const at = thread;
  if (failed !== undefined) {
    const { error } = failed;
    words[at + T_EXCEPTION] = packThrown(error);
    report(at, error, threadAt);
    breakLocks(words[at + T_IDENT]);
  }
  drainInbox(); // errors of other threads that wait for this one's hook
  dropHook();
  dropLocals();
  wakeAllLate();
  endParts(words[at + T_IDENT]);
  if (or(words, at + T_FLAGS, ENDING) & KILLED) exitThread();
  retain(at);
  words[realm + R_ENDING] = at;
  words[realm + R_THREAD] = 0;
  current = undefined;
  thread = 0;
  if (clean && !offer(realm)) mustEnd = true;
  endThread(at);
  words[realm + R_ENDING] = 0;
  release(at);
  if (mustEnd) exitThread();
}
let mustEnd = false;

const jobs = new HandOver();

/** In the cache: asleep at first, then with a turning event loop, at last tired. */
async function nextJob(realm: number): Promise<void> {
  const place = realm + R_CARRIER;
  if (load(words, place) === ASSIGNED) return; // the first thread of a worker that was started for it
  if (jobs.spin(() => load(words, place) === ASSIGNED)) return;
  const since = performance.now();
  for (let state = load(words, place); state !== ASSIGNED; state = load(words, place)) {
    const idle = performance.now() - since;
    if (state !== FREE) waitWord(place, state, 1);
    else if (idle < ALERT) {
      waitWord(place, FREE, NAP);
      if (load(words, place) === FREE) await turn();
    } else await awaitWord(place, FREE, 1000);
    if (idle > IDLE_LIMIT && withdraw(realm)) exitThread();
  }
}

function noteExit(code: number, call = `process.exit(${code})`): void {
  if (thread === 0 || mustEnd || (words[thread + T_FLAGS] & (KILLED | ENDING)) !== 0) return;
  words[thread + T_EXCEPTION] ||= packThrown(
    new RuntimeError(
      "THREAD_EXITED",
      `cannot go on with the thread: ${call} was called in it. Return from target to end a thread.`,
    ),
  );
}
