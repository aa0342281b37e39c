/** Runs in a worker: rebuilds each function it is sent, calls it and posts what came of it. */
import { parentPort } from "node:worker_threads";
import { importAll } from "../../src/capture/incoming/importing.ts";
import { builder } from "../../src/capture/incoming/rebuild.ts";
import { lifter } from "../../src/capture/outgoing/plan.ts";
import { tellOriginal } from "../../src/capture/source/stacks.ts";
import { type Packed, pack, unpack } from "./walker.ts";

async function rebuilt(packed: Packed): Promise<unknown> {
  await importAll(packed.references);
  return unpack(packed, builder);
}

/** For shipped code: lifts a closure of its own and returns what it would be in yet another thread. */
Object.assign(globalThis, {
  liftAgain: (fn: () => unknown) => rebuilt(structuredClone(pack(fn, lifter, "the inner function"))),
  packAgain: (fn: () => unknown) => structuredClone(pack(fn, lifter, "the inner function")),
});

parentPort!.on("message", async ({ id, packed, args }: { id: number; packed: Packed; args: unknown[] }) => {
  try {
    const fn = (await rebuilt(packed)) as (...args: unknown[]) => unknown;
    parentPort!.postMessage({ id, result: await fn(...args) });
  } catch (error) {
    tellOriginal(error);
    const { message, stack, code } = error as NodeJS.ErrnoException;
    parentPort!.postMessage({ id, error: { message, stack, code } });
  }
});
