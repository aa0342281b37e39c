/** Waiting for a condition instead of for an amount of time. */
import { PATIENCE, STEP } from "./delays.ts";

const pad = new Int32Array(new SharedArrayBuffer(4));

/** Polls without blocking until `condition` holds; fails with `what` after `limit` milliseconds. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limit: number = PATIENCE,
): Promise<void> {
  const end = performance.now() + limit;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited ${limit} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, STEP));
  }
}

/** The same for code that must not give up its event loop: it blocks. */
export function untilSync(condition: () => boolean, what: string, limit: number = PATIENCE): void {
  const end = performance.now() + limit;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited ${limit} ms in vain until ${what}`);
    Atomics.wait(pad, 0, 0, STEP);
  }
}

/** Milliseconds that `body` took. */
export async function took(body: () => unknown): Promise<number> {
  const start = performance.now();
  await body();
  return performance.now() - start;
}
