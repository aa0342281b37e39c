/**
 * A thread's life.
 *
 * ```text
 * state       meaning                                    who leaves it, to what
 * new         made                                       start() → runnable
 * runnable    start() was called; waits for its carrier  the carrier → running; the supervisor → terminated
 * running     its code runs or its event loop turns      a park → blocked; its end → terminated
 * blocked     parked on a primitive, in a sleep          the park's end → running; its end → terminated
 * terminated  over                                       nobody
 * ```
 */
export type ThreadState = "new" | "runnable" | "running" | "blocked" | "terminated";

/** By the numbers of parking/layout: NEW … TERMINATED. */
export const STATE_NAMES: readonly ThreadState[] = ["new", "runnable", "running", "blocked", "terminated"];

// Bits of T_FLAGS.
export const DAEMON = 1;
export const IS_MAIN = 2;
/** terminate() was called. Set with ENDING clear, it wins: the worker is killed. */
export const KILLED = 4;
/** The thread's code is over: terminate() comes too late, the worker may serve others. */
export const ENDING = 8;
/** It is in the count of threads that the process waits for. */
export const COUNTED = 16;
/** A Timer and nothing more: there is nothing to run if it was cancelled before its thread began. */
export const LAPSES = 32;
/** `start()` was called, which may have been refused. */
export const TRIED = 64;
/** It stands in the list of threads, or is about to. */
export const LISTED = 128;

// States of a carrier, in R_CARRIER.
export const BUSY = 0;
/** In the cache: whoever moves it to `takenBy` himself gives it a thread. */
export const FREE = 1;
/** A thread is being put in by `realm`; below zero, so that it is none of the others. */
export const takenBy = (realm: number): number => -realm;
/** Its next thread stands in R_THREAD. */
export const ASSIGNED = 3;

// Mail types.
/** To main: end the worker of the killed thread M_ARG, a child of main's. The mail comes with a reference. */
export const MAIL_TERMINATE = 1;
/** To the realm with the hook: thread M_ARG ended with the exception in its block, or goes on after that in M_ERROR. */
export const MAIL_EXCEPTION = 2;
/** To main: a thread needs the supervisor now. */
export const MAIL_SUPERVISOR = 3;
/** To the owner of future M_ARG: it has an outcome. The mail comes with a reference. */
export const MAIL_FUTURE = 4;
