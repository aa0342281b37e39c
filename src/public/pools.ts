/** Futures and pools: the part `pools`. */
export { asCompleted, type CompletedFutures, type DoneFuture } from "../futures/as-completed.ts";
export { Executor, type Iterables } from "../futures/executor.ts";
export { Future } from "../futures/future.ts";
export type { FutureResults, MapOptions } from "../futures/map.ts";
export type { PoolMetrics } from "../futures/metrics.ts";
export type { InitargsNeeded, SubmitOptions, ThreadPoolOptions } from "../futures/pool-options.ts";
export { stopRequested } from "../futures/stop.ts";
export type { SubmittingPool } from "../futures/submitting-pool.ts";
export { ThreadPoolExecutor } from "../futures/thread-pool-executor.ts";
export type { Percentiles } from "../futures/times.ts";
export {
  type FuturesWaitOptions,
  type ReturnWhen,
  type WaitResult,
  wait,
  waitAsync,
} from "../futures/wait.ts";
