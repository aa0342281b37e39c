/** Each rival's pool of two workers, behind one function: has a worker return its argument. */
import path from "node:path";
import { Worker } from "node:worker_threads";

export type Run = (x: number) => PromiseLike<unknown>;
const WORKERS = 2;

/** Next to the contenders' sources: what rivals load in their workers. */
function worker(name: string): string {
  return path.resolve("bench", "workers", `${name}.mjs`);
}

export const POOLS: Record<string, () => Promise<Run>> = {
  async threadkit() {
    const { ThreadPoolExecutor } = await import("threadkit");
    const pool = new ThreadPoolExecutor(WORKERS);
    const noop = (x: number) => x;
    return (x) => pool.submit(noop, x);
  },
  async raw() {
    const waiting = new Map<number, (value: unknown) => void>();
    const workers = Array.from({ length: WORKERS }, () => {
      const thread = new Worker(worker("noop-raw"));
      thread.on("message", ({ id, x }) => {
        waiting.get(id)?.(x);
        waiting.delete(id);
      });
      return thread;
    });
    let last = 0;
    return (x) =>
      new Promise((resolve) => {
        const id = last++;
        waiting.set(id, resolve);
        workers[id % WORKERS].postMessage({ id, x });
      });
  },
  async piscina() {
    const { Piscina } = await import("piscina");
    const pool = new Piscina({ filename: worker("noop"), minThreads: WORKERS, maxThreads: WORKERS });
    return (x) => pool.run(x);
  },
  async "piscina-many"() {
    const { Piscina } = await import("piscina");
    const pool = new Piscina({
      filename: worker("noop"),
      minThreads: WORKERS,
      maxThreads: WORKERS,
      concurrentTasksPerWorker: 100,
    });
    return (x) => pool.run(x);
  },
  async tinypool() {
    const { Tinypool } = await import("tinypool");
    const pool = new Tinypool({ filename: worker("noop"), minThreads: WORKERS, maxThreads: WORKERS });
    return (x) => pool.run(x);
  },
  async workerpool() {
    const { default: workerpool } = await import("workerpool");
    const pool = workerpool.pool(worker("noop-workerpool"), { maxWorkers: WORKERS, workerType: "thread" });
    return (x) => pool.exec("noop", [x]);
  },
  async poolifier() {
    const { FixedThreadPool } = await import("poolifier");
    const pool = new FixedThreadPool<number, number>(WORKERS, worker("noop-poolifier"));
    return (x) => pool.execute(x);
  },
  async "jest-worker"() {
    const { Worker: Farm } = await import("jest-worker");
    const farm = new Farm(worker("noop"), {
      numWorkers: WORKERS,
      enableWorkerThreads: true,
      exposedMethods: ["noop"],
    }) as unknown as { noop: Run };
    return (x) => farm.noop(x);
  },
  async comlink() {
    const { wrap } = await import("comlink");
    const adapter: string = "comlink/dist/esm/node-adapter.mjs";
    const { default: nodeEndpoint } = await import(adapter);
    const remotes = Array.from({ length: WORKERS }, () =>
      wrap<{ noop(x: number): number }>(nodeEndpoint(new Worker(worker("noop-comlink")))),
    );
    let last = 0;
    return (x) => remotes[last++ % WORKERS].noop(x);
  },
  async multithreading() {
    const { initRuntime, move, spawn } = await import("multithreading");
    initRuntime({ maxWorkers: WORKERS });
    return (x) => spawn(move(x), (x) => x).join();
  },
};
