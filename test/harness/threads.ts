/** Threads of a test: all are joined, and what fails in one reaches the test. */
import { Thread, type ThreadOptions, type ThreadSettings } from "threadkit";
import { LONG } from "./delays.ts";

/** A tuple whose elements were made read-only by `as const`, as parameters want it. */
type Mutable<A extends readonly unknown[]> = { -readonly [K in keyof A]: A[K] };

/** Starts threads that run `target`, one for each list of arguments. */
export function startEach<const A extends readonly unknown[]>(
  target: (...args: Mutable<NoInfer<A>>) => unknown,
  argsOfEach: readonly A[],
  options: Omit<ThreadSettings<A>, "target" | "args"> = {},
): Thread[] {
  return argsOfEach.map(
    (args) =>
      new Thread<Mutable<A>>({ ...options, target, args: args as Mutable<A> } as ThreadOptions<
        Mutable<A>
      >).start() as unknown as Thread,
  );
}

export function start<A extends readonly unknown[]>(
  target: (...args: Mutable<NoInfer<A>>) => unknown,
  ...args: A
): Thread {
  return startEach(target, [args])[0];
}

/** Joins without blocking the event loop; throws what a thread threw. */
export async function joinAll(threads: Iterable<Thread>): Promise<void> {
  for (const thread of threads) {
    if (!(await thread.joinAsync({ timeout: LONG })))
      throw new Error(`${thread.name} did not end within ${LONG} ms: it is ${thread.state}`);
  }
  for (const thread of threads) if (thread.exception !== undefined) throw thread.exception;
}

/** The same, blocking. */
export function joinAllSync(threads: Iterable<Thread>): void {
  for (const thread of threads) {
    if (!thread.join({ timeout: LONG }))
      throw new Error(`${thread.name} did not end within ${LONG} ms: it is ${thread.state}`);
  }
  for (const thread of threads) if (thread.exception !== undefined) throw thread.exception;
}
