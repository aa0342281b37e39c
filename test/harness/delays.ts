/** The delays of the tests, in milliseconds. Only scripts that run in a process of their own name some themselves. */

/** A wait that is meant to run out. */
export const EXPIRES = 30;
/** What clocks and timers may be early by: `Atomics.wait` and timers round down. */
export const EARLY = 1.5;
/** A wait that is meant to be interrupted long before; if it runs out, the test fails. */
export const LONG = 20_000;
/** The longest that `until` polls for a condition. */
export const PATIENCE = 15_000;
/** Between two looks of a poll. */
export const STEP = 2;
/** A section that holds a lock long enough for others to come and stand in line. */
export const SECTION = 5;
/** A call that must come back at once came back at once. Generous: two cores are shared by many. */
export const AT_ONCE = 1_000;
/** How long a waiter may be overtaken by a thread that re-acquires in a tight loop. */
export const FAIR = 2_000;
/** A child process of the fault tests. */
export const CHILD = 30_000;
/** A child process that does many rounds. */
export const LONG_CHILD = 100_000;
/** The whole of a test file that runs threads in its own process. */
export const WATCHDOG = 170_000;
