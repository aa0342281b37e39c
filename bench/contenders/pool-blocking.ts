/** One after the other, blocking: `pool.submit(f).result()`. */
import { ThreadPoolExecutor } from "threadkit";
import { serve } from "./protocol.ts";

const pool = new ThreadPoolExecutor(2);
const noop = (x: number) => x;
const TASKS = 1000;
await serve(() => {
  const start = performance.now();
  for (let i = 0; i < TASKS; i++) pool.submit(noop, i).result();
  return ((performance.now() - start) * 1000) / TASKS;
});
