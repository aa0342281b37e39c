/** Runs functions in a plain worker, lifted by capture and sent by the walker. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { lifter } from "../../src/capture/outgoing/plan.ts";
import { pack } from "./walker.ts";

let worker: Worker | undefined;
let lastId = 0;
const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();

function start(): Worker {
  const made = new Worker(new URL("./worker-entry.mjs", import.meta.url));
  made.on("message", ({ id, result, error }) => {
    const { resolve, reject } = waiting.get(id)!;
    waiting.delete(id);
    if (waiting.size === 0) made.unref();
    if (error) reject(Object.assign(new Error(error.message), error));
    else resolve(result);
  });
  made.on("error", (error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  return made;
}

/** What `fn` returns in the thread. Refusals throw at once, as they do in `start()`. */
export function there<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>> {
  const packed = pack(fn, lifter, "target");
  worker ??= start();
  worker.ref();
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
    worker!.postMessage({ id, packed, args });
  });
}

/** Ends the worker; a later call starts another. */
export async function close(): Promise<void> {
  const ending = worker;
  worker = undefined;
  if (!ending) return;
  const exited = once(ending, "exit");
  await ending.terminate();
  await exited;
}
