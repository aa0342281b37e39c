/** Shapes of load on a pool. Each returns microseconds for one task. */
import type { Run } from "./rivals.ts";

const OUTSTANDING = 1000;

/** Always so many on their way: what a busy server has. */
async function outstanding(run: Run): Promise<number> {
  const tasks = 20_000;
  let left = tasks;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: OUTSTANDING }, async () => {
      while (left-- > 0) await run(left);
    }),
  );
  return ((performance.now() - start) * 1000) / tasks;
}

/** All at once. */
async function burst(run: Run): Promise<number> {
  const tasks = 100_000;
  const start = performance.now();
  await Promise.all(Array.from({ length: tasks }, (_, i) => run(i)));
  return ((performance.now() - start) * 1000) / tasks;
}

/** One after the other. */
async function single(run: Run): Promise<number> {
  const tasks = 1000;
  const start = performance.now();
  for (let i = 0; i < tasks; i++) await run(i);
  return ((performance.now() - start) * 1000) / tasks;
}

export const SHAPES: Record<string, (run: Run) => Promise<number>> = { outstanding, burst, single };
