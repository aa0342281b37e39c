import { basename } from "node:path";
import { Lock, SharedInt32, Thread, ThreadPoolExecutor } from "threadkit";

const lock = new Lock();
const count = new SharedInt32();
const double = (n) => n * 2;
const threads = [1, 2].map((n) =>
  new Thread({ target: () => lock.with(() => count.add(double(n))) }).start(),
);
for (const t of threads) t.join();

const pool = new ThreadPoolExecutor(1);
const error = await pool
  .submit(() => {
    throw new RangeError(basename("/a/thrown"));
  })
  .exceptionAsync();
pool.shutdown();
console.log(count.value, error.name, error.message);
