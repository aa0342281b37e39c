/** The spin lock around the allocator and the queues. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { enter, guardToken, leave } from "../../src/memory/guard.ts";
import { typescriptArgs } from "../harness/child.ts";
import { LONG } from "../harness/delays.ts";
import { until } from "../harness/until.ts";

const fresh = () => new Int32Array(new SharedArrayBuffer(16));

test("a guard that is entered holds the token of who entered, and zero after", () => {
  const words = fresh();
  enter(words, 1);
  assert.deepEqual([...words], [0, guardToken(), 0, 0]);
  leave(words, 1);
  assert.deepEqual([...words], [0, 0, 0, 0]);
});

test("two threads in one guard never are inside together, and both get in", { timeout: LONG }, async () => {
  const words = fresh();
  const rounds = 200_000;
  const source = `
    const { parentPort, workerData } = require("node:worker_threads");
    const { words, rounds, guard, tsx } = workerData;
    const ready = tsx === undefined ? Promise.resolve() : import(tsx).then(({ register }) => register());
    ready.then(() => import(guard)).then(({ enter, leave, setGuardToken }) => {
      setGuardToken(2, true);
      Atomics.add(words, 3, 1);
      while (Atomics.load(words, 3) < 2);
      for (let i = 0; i < rounds; i++) { enter(words, 0); words[1] += 1; leave(words, 0); }
      parentPort.postMessage("done");
    });`;
  const guard = new URL("../../src/memory/guard.ts", import.meta.url).href;
  const worker = new Worker(source, {
    eval: true,
    workerData: {
      words,
      rounds,
      guard,
      // A worker of Node 20 knows TypeScript only if tsx is registered in it.
      tsx: typescriptArgs().includes("--import") === false ? undefined : import.meta.resolve("tsx/esm/api"),
    },
  });
  let done = false;
  let failed: unknown;
  worker.on("message", () => (done = true));
  worker.on("error", (error) => (failed = error));
  await until(() => Atomics.load(words, 3) === 1 || failed !== undefined, "the worker is ready");
  if (failed !== undefined) throw failed;
  Atomics.add(words, 3, 1);
  for (let i = 0; i < rounds; i++) {
    enter(words, 0);
    words[1] += 1;
    leave(words, 0);
  }
  await until(() => done, "the worker is done");
  assert.equal(words[1], 2 * rounds);
  assert.equal(words[0], 0);
  await worker.terminate();
});
