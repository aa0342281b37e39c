/** What a pool is made of, and the checks of it. */
import { processors } from "#host";
import { describe, rangeError, typeError } from "../errors/errors.ts";
import type { ResourceLimits } from "../host/host.ts";
import { type Signal, TIMEOUT_MAX } from "../parking/deadline.ts";
import { MOST as MOST_PERMITS } from "../sync/permits.ts";
import { checkLimits } from "../threading/limits.ts";
import type { NeedsArgs, Sendable } from "../transfer/sendable.ts";
import { LANES } from "./words.ts";

/** What a `ThreadPoolExecutor` is made of. */
export interface ThreadPoolOptions<I extends readonly unknown[] = readonly unknown[]> {
  /** Most workers at a time, from 1 on. Default: the processors that this process may use. */
  maxWorkers?: number;
  /** What the names of workers begin with. Default: "ThreadPoolExecutor-N". */
  threadNamePrefix?: string;
  /** Runs in each worker before its first task; may be async. If it fails, the pool is broken. */
  initializer?(...args: I): unknown;
  /** Arguments of `initializer`. */
  initargs?: Sendable<readonly [...I]>;
  /** Milliseconds after which an idle worker ends; Infinity: never. Default: 10 seconds. */
  idleTimeout?: number;
  /** Tasks that may be queued, from 1 on; `submit` waits for room. Default: no bound. */
  maxQueue?: number;
  /** Tasks after which a worker makes way for a new one, from 1 on. Default: never. */
  maxTasksPerWorker?: number;
  /** Limits of each worker's heap. */
  resourceLimits?: ResourceLimits;
}

/** `initializer` has parameters: they need `initargs`. */
export type InitargsNeeded<I extends readonly unknown[]> =
  NeedsArgs<I> extends true ? { initargs: unknown } : unknown;

/** How a task is submitted; see `ThreadPoolExecutor.with`. */
export interface SubmitOptions {
  /** From -4 to 3, higher first. Default: 0. */
  priority?: number;
  /** Milliseconds after which the task is asked to stop. */
  timeout?: number;
  /** Asks the task to stop when it aborts. */
  signal?: Signal;
}

const DEFAULT_LANE = LANES / 2;
/** Milliseconds: a worker costs 15–40 ms to start and about 8 MB to keep. */
const IDLE_TIMEOUT = 10_000;
/** More than any system runs: beyond it a number is a mistake. */
const MOST_WORKERS = 10_000;
/** What fits in a word. */
const MOST_TASKS = 2 ** 31 - 1;
const VERB = "make a thread pool";

export interface CheckedPool {
  readonly maxWorkers: number;
  readonly idleTimeout: number;
  readonly maxQueue: number;
  readonly maxTasks: number;
  readonly options: ThreadPoolOptions;
}

export function checkPool(given: unknown): CheckedPool {
  const options = (
    typeof given === "number" || given === undefined ? { maxWorkers: given } : given
  ) as ThreadPoolOptions;
  if (typeof options !== "object" || options === null) {
    throw typeError(
      "INVALID_OPTIONS",
      `cannot ${VERB}: the options are ${describe(given)}. Give a number of workers, or an object.`,
    );
  }
  const { initializer, initargs, threadNamePrefix, idleTimeout = IDLE_TIMEOUT } = options;
  if (initializer !== undefined && typeof initializer !== "function")
    throw refuse("initializer", initializer, "a function");
  if (initargs !== undefined && !Array.isArray(initargs))
    throw refuse("initargs", initargs, "an array with the arguments of initializer");
  if (threadNamePrefix !== undefined && typeof threadNamePrefix !== "string")
    throw refuse("threadNamePrefix", threadNamePrefix, "a string");
  if (typeof idleTimeout !== "number") throw refuse("idleTimeout", idleTimeout, "milliseconds, or Infinity");
  if (!(idleTimeout >= 0 && (idleTimeout <= TIMEOUT_MAX || idleTimeout === Number.POSITIVE_INFINITY))) {
    throw rangeError(
      "INVALID_OPTIONS",
      `cannot ${VERB}: idleTimeout is ${idleTimeout}. Give milliseconds from 0 to ${TIMEOUT_MAX}, or Infinity.`,
    );
  }
  checkLimits(options.resourceLimits, VERB);
  return {
    maxWorkers: checkWhole(options.maxWorkers, "maxWorkers", MOST_WORKERS, processors()),
    maxQueue: checkWhole(options.maxQueue, "maxQueue", MOST_PERMITS, 0),
    maxTasks: checkWhole(options.maxTasksPerWorker, "maxTasksPerWorker", MOST_TASKS, 0),
    idleTimeout,
    options,
  };
}

function checkWhole(value: unknown, name: string, most: number, missing: number): number {
  if (value === undefined) return missing;
  const want = `Give a whole number from 1 to ${most}.`;
  if (typeof value !== "number")
    throw typeError("INVALID_OPTIONS", `cannot ${VERB}: ${name} is ${describe(value)}. ${want}`);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw rangeError("INVALID_OPTIONS", `cannot ${VERB}: ${name} is ${value}. ${want}`);
  return value;
}

function refuse(what: string, value: unknown, want: string): TypeError {
  return typeError("INVALID_OPTIONS", `cannot ${VERB}: ${what} is ${describe(value)}. Give ${want}.`);
}

/** Options of a shutdown. */
export function checkShutdown(options: unknown): { wait: boolean; cancelFutures: boolean } {
  const verb = "cannot shut down the pool";
  if (typeof options !== "object" || options === null) {
    throw typeError(
      "INVALID_OPTIONS",
      `${verb}: the options are ${describe(options)}. Give an object such as { wait: false }.`,
    );
  }
  const { wait = true, cancelFutures = false } = options as { wait?: unknown; cancelFutures?: unknown };
  for (const [name, value] of Object.entries({ wait, cancelFutures }))
    if (typeof value !== "boolean")
      throw typeError("INVALID_OPTIONS", `${verb}: ${name} is ${describe(value)}. Give true or false.`);
  return { wait: wait as boolean, cancelFutures: cancelFutures as boolean };
}

/** The lane of a priority. */
export function laneOf(priority: unknown): number {
  if (priority === undefined) return DEFAULT_LANE;
  const want = `Give a whole number from ${-DEFAULT_LANE} to ${LANES - 1 - DEFAULT_LANE}.`;
  if (typeof priority !== "number")
    throw typeError("INVALID_OPTIONS", `cannot submit: priority is ${describe(priority)}. ${want}`);
  if (!Number.isInteger(priority) || priority < -DEFAULT_LANE || priority >= LANES - DEFAULT_LANE)
    throw rangeError("INVALID_OPTIONS", `cannot submit: priority is ${priority}. ${want}`);
  return priority + DEFAULT_LANE;
}
