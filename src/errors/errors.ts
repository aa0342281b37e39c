/** Every error class of the library, with stable codes. Messages: `cannot <verb> <thing>: <fact>. <what to do>.` */

interface ErrorInit {
  cause?: unknown;
}

/**
 * Base of all errors of this library. `code` is stable and listed in docs/errors.md; `message` is for people. Wrong
 * arguments are a `TypeError` or a `RangeError`, which have a `code` too.
 *
 * @example
 * ```ts run
 * import { Queue, ThreadkitError } from "threadkit";
 * try {
 *   new Queue().getNowait();
 * } catch (error) {
 *   if (!(error instanceof ThreadkitError)) throw error;
 *   console.log(error.name, error.code); // QueueEmptyError QUEUE_EMPTY
 * }
 * ```
 */
export class ThreadkitError extends Error {
  /** What happened, for programs. */
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorInit) {
    super(message, options);
    this.code = code;
  }
  /** The name of its class. */
  override get name(): string {
    return this.constructor.name;
  }
}

/** A call that the state of the object does not allow (`THREAD_STARTED`, `LOCK_NOT_HELD`, …). */
export class RuntimeError extends ThreadkitError {}

/** Blocking is not possible here; the message names the `Async` twin. */
export class BlockingError extends ThreadkitError {
  constructor(message: string) {
    super("BLOCKING_NOT_ALLOWED", message);
  }
}

/** The lock's holder died; `recover()` accepts the state that it left. */
export class BrokenLockError extends ThreadkitError {
  constructor(message: string) {
    super("LOCK_BROKEN", message);
  }
}

/** The barrier was broken: by a timeout, an abort, a failed action, `abort()`, or a thread that died in it. */
export class BrokenBarrierError extends ThreadkitError {
  constructor(message: string) {
    super("BARRIER_BROKEN", message);
  }
}

/** There is nothing in the queue, and waiting was not wished for or took too long. */
export class QueueEmptyError extends ThreadkitError {
  constructor(message: string) {
    super("QUEUE_EMPTY", message);
  }
}

/** There is no room in the queue, and waiting was not wished for or took too long. */
export class QueueFullError extends ThreadkitError {
  constructor(message: string) {
    super("QUEUE_FULL", message);
  }
}

/** The queue was shut down: it takes nothing any more, and gives nothing once it is empty. */
export class QueueShutDownError extends ThreadkitError {
  constructor(message: string) {
    super("QUEUE_SHUT_DOWN", message);
  }
}

/** A closure or a value that cannot cross to another thread; thrown where it is handed over. */
export class CaptureError extends ThreadkitError {
  constructor(message: string, code = "CANNOT_CROSS") {
    super(code, message);
  }
}

/** The future was cancelled before its task began. */
export class CancelledError extends ThreadkitError {
  constructor(message: string, options?: ErrorInit) {
    super("FUTURE_CANCELLED", message, options);
  }
}

/** A future had no outcome when the time was up; it goes on. */
export class FutureTimeoutError extends ThreadkitError {
  constructor(message: string) {
    super("FUTURE_TIMEOUT", message);
  }
}

/** A future has an outcome already, which stays. */
export class InvalidStateError extends ThreadkitError {
  constructor(message: string) {
    super("INVALID_STATE", message);
  }
}

/** The pool's initializer failed, so that it can run nothing; `cause` is the initializer's error. */
export class BrokenThreadPoolError extends ThreadkitError {
  constructor(message: string, options?: ErrorInit) {
    super("POOL_BROKEN", message, options);
  }
}

/** The worker that ran a task died of it: killed, out of memory, by `process.exit` or an error outside of the task. */
export class WorkerDiedError extends ThreadkitError {
  constructor(message: string, options?: ErrorInit) {
    super("WORKER_DIED", message, options);
  }
}

export function typeError(code: string, message: string): TypeError & { code: string } {
  return Object.assign(new TypeError(message), { code });
}

export function rangeError(code: string, message: string): RangeError & { code: string } {
  return Object.assign(new RangeError(message), { code });
}

/** Short description of any value for a message; never fails, whatever getters and proxies do. */
export function describe(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") {
    const name = nameOf(() => value);
    return name ? `function ${name}` : "a function";
  }
  if (typeof value === "object") {
    const name = nameOf(() => Object.getPrototypeOf(value)?.constructor);
    if (name === undefined) return "an object that cannot be looked at";
    return name && name !== "Object" ? `an instance of ${name}` : "an object";
  }
  return String(value);
}

/** Name of the function that `find` finds; "": it has none; undefined: it can't be looked at. */
function nameOf(find: () => unknown): string | undefined {
  try {
    const found = find();
    return typeof found === "function" && typeof found.name === "string" ? found.name : "";
  } catch {
    return undefined;
  }
}
