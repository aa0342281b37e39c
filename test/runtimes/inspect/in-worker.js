import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { SharedInt32, Thread, ThreadPoolExecutor } from "threadkit";

if (isMainThread) {
  const workers = [1, 2].map(() => new Worker(new URL(import.meta.url)));
  const results = await Promise.all(
    workers.map((worker) => new Promise((done) => worker.once("message", done))),
  );
  console.log(JSON.stringify(results));
} else {
  const count = new SharedInt32();
  const t = new Thread({ target: () => count.add(1) });
  t.start();
  t.join();
  const pool = new ThreadPoolExecutor(1);
  parentPort.postMessage([count.value, await pool.submit((n) => n + count.value, 1)]);
  pool.shutdown();
}
