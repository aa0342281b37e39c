/** threadkit: real threads that run your closures. */
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
export { asCompleted, type CompletedFutures, type DoneFuture } from "../futures/as-completed.ts";
export { Executor, type Iterables } from "../futures/executor.ts";
export { Future } from "../futures/future.ts";
export type { FutureResults, MapOptions } from "../futures/map.ts";
export type { PoolMetrics } from "../futures/metrics.ts";
export type { SubmitOptions, ThreadPoolOptions } from "../futures/pool-options.ts";
export { stopRequested } from "../futures/stop.ts";
export { type SubmittingPool, ThreadPoolExecutor } from "../futures/thread-pool-executor.ts";
export type { Percentiles } from "../futures/times.ts";
export { type Transferable, transfer } from "../futures/transfer.ts";
export {
  type FuturesWaitOptions,
  type ReturnWhen,
  type WaitResult,
  wait,
  waitAsync,
} from "../futures/wait.ts";
export type { ResourceLimits } from "../host/host.ts";
export type { SharedObject } from "../memory/handle.ts";
export { TIMEOUT_MAX, type WaitOptions } from "../parking/deadline.ts";
export { LifoQueue } from "../queue/lifo-queue.ts";
export { PriorityQueue, type PriorityQueueOptions } from "../queue/priority-queue.ts";
export { Queue } from "../queue/queue.ts";
export { SimpleQueue } from "../queue/simple-queue.ts";
export { sharedArray, type TypedArrayConstructor } from "../shared/array.ts";
export { SharedBigInt64 } from "../shared/bigint64.ts";
export { SharedBoolean } from "../shared/boolean.ts";
export { SharedFloat64 } from "../shared/float64.ts";
export { SharedInt32 } from "../shared/int32.ts";
export { SharedList } from "../shared/list.ts";
export { SharedMap } from "../shared/map.ts";
export { SharedRef } from "../shared/ref.ts";
export { SharedSet } from "../shared/set.ts";
export { SharedStruct } from "../shared/struct.ts";
export type {
  Fields,
  FieldType,
  FieldValue,
  SharedClass,
  StructConstructor,
  StructMethods,
  Values,
} from "../shared/struct-types.ts";
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
export type { ThreadOptions } from "../threading/options.ts";
export { type Excepthook, setExcepthook } from "../threading/set-excepthook.ts";
export type { ThreadState } from "../threading/states.ts";
export { Thread } from "../threading/thread.ts";
export { Timer } from "../threading/timer.ts";
