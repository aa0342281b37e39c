/** What every thread has at once: see memory/parts.ts. */
export {
  BlockingError,
  BrokenBarrierError,
  BrokenLockError,
  BrokenThreadPoolError,
  CancelledError,
  CaptureError,
  FutureTimeoutError,
  InvalidStateError,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  RuntimeError,
  ThreadkitError,
  WorkerDiedError,
} from "../errors/errors.ts";
export { type Transferable, transfer } from "../futures/transfer.ts";
export type { ResourceLimits } from "../host/host.ts";
export type { SharedObject } from "../memory/handle.ts";
export { type Signal, TIMEOUT_MAX, type WaitOptions } from "../parking/deadline.ts";
export { sharedArray, type TypedArrayConstructor } from "../shared/array.ts";
export { SharedBigInt64 } from "../shared/bigint64.ts";
export { SharedBoolean } from "../shared/boolean.ts";
export { SharedFloat64 } from "../shared/float64.ts";
export { SharedInt32 } from "../shared/int32.ts";
export { SharedUint32 } from "../shared/uint32.ts";
export type { BarrierOptions } from "../sync/barrier.ts";
export { Condition } from "../sync/condition.ts";
export { Event } from "../sync/event.ts";
export { Lock } from "../sync/lock.ts";
export type { AcquireOptions, Lockable } from "../sync/lockable.ts";
export { RLock } from "../sync/rlock.ts";
export { BoundedSemaphore, Semaphore } from "../sync/semaphore.ts";
export { Barrier } from "../threading/actions.ts";
export {
  activeCount,
  currentThread,
  enumerate,
  getIdent,
  getNativeId,
  mainThread,
  sleep,
  sleepAsync,
} from "../threading/current.ts";
export { ThreadLocal, type ThreadLocalConstructor } from "../threading/local.ts";
export type { ArgsOfTarget, ThreadOptions, ThreadSettings } from "../threading/options.ts";
export { type Excepthook, setExcepthook } from "../threading/set-excepthook.ts";
export type { ThreadState } from "../threading/states.ts";
export { Thread } from "../threading/thread.ts";
export { Timer, type TimerArgs } from "../threading/timer.ts";
export type {
  CannotSend,
  Sendable,
  SendableItems,
  SendableResult,
  SendableValue,
} from "../transfer/sendable.ts";
