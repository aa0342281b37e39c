/** What `threadkit` exports, name by name: a change of this list is a change of the API. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";
import * as threadkit from "threadkit";
import { root } from "./harness/child.ts";

const VALUES = [
  // threads
  "TIMEOUT_MAX",
  "Thread",
  "ThreadLocal",
  "Timer",
  "activeCount",
  "currentThread",
  "enumerate",
  "getIdent",
  "getNativeId",
  "mainThread",
  "setExcepthook",
  "sleep",
  "sleepAsync",
  // synchronisation
  "Barrier",
  "BoundedSemaphore",
  "Condition",
  "Event",
  "Lock",
  "RLock",
  "Semaphore",
  // shared data
  "SharedBigInt64",
  "SharedBoolean",
  "SharedFloat64",
  "SharedInt32",
  "SharedList",
  "SharedMap",
  "SharedRef",
  "SharedSet",
  "SharedStruct",
  "SharedUint32",
  "sharedArray",
  // futures and pools
  "Executor",
  "Future",
  "ThreadPoolExecutor",
  "asCompleted",
  "stopRequested",
  "transfer",
  "wait",
  "waitAsync",
  // queues
  "LifoQueue",
  "PriorityQueue",
  "Queue",
  "SimpleQueue",
  // errors
  "BlockingError",
  "BrokenBarrierError",
  "BrokenLockError",
  "BrokenThreadPoolError",
  "CancelledError",
  "CaptureError",
  "FutureTimeoutError",
  "InvalidStateError",
  "QueueEmptyError",
  "QueueFullError",
  "QueueShutDownError",
  "RuntimeError",
  "ThreadkitError",
  "WorkerDiedError",
];

test("threadkit exports these values and no others", () => {
  assert.deepEqual(Object.keys(threadkit).sort(), [...VALUES].sort());
});

test("threadkit exports the types that its signatures name", () => {
  // A type has no trace at run time, so the declarations are read.
  const declarations = ["core", "data", "pools"]
    .map((part) => readFileSync(path.join(root, "dist", "types", "public", `${part}.d.ts`), "utf8"))
    .join("\n");
  for (const name of [
    "AcquireOptions",
    "Fields",
    "Lockable",
    "PriorityQueueOptions",
    "SharedObject",
    "StructConstructor",
    "StructMethods",
    "ThreadState",
    "Values",
    "WaitOptions",
  ]) {
    assert.match(declarations, new RegExp(`\\b${name}\\b`), `the type ${name} is not exported`);
  }
});

test("every function and class says its name", () => {
  for (const [name, value] of Object.entries(threadkit)) {
    if (typeof value === "function") assert.equal(value.name, name);
  }
});

test("errors are subclasses of ThreadkitError and of Error", () => {
  const { BlockingError, BrokenLockError, CaptureError, RuntimeError, ThreadkitError } = threadkit;
  assert.ok(ThreadkitError.prototype instanceof Error);
  for (const error of [BlockingError, BrokenLockError, CaptureError, RuntimeError]) {
    assert.ok(error.prototype instanceof ThreadkitError, error.name);
  }
});

test("require gives the same as import", () => {
  const required = createRequire(import.meta.url)("threadkit");
  assert.deepEqual(Object.keys(required).sort(), [...VALUES].sort());
  assert.equal(required.Thread, threadkit.Thread);
});

test("threadkit/lifted loads nothing else of the library", () => {
  const file = createRequire(import.meta.url).resolve("threadkit/lifted");
  assert.doesNotMatch(readFileSync(file, "utf8"), /require\(/);
  assert.deepEqual(Object.keys(createRequire(import.meta.url)("threadkit/lifted")).sort(), [
    "lifted",
    "named",
  ]);
});

for (const tool of ["bun", "esbuild", "rolldown", "rollup", "rspack", "vite", "webpack"])
  test(`threadkit/${tool} is a plugin, imported and required`, async () => {
    const imported = (await import(`threadkit/${tool}`)) as {
      default: (() => { name?: string; apply?: unknown }) & { default?: unknown };
    };
    const required = createRequire(import.meta.url)(`threadkit/${tool}`);
    assert.deepEqual(Object.keys(imported), ["default"]);
    assert.equal(required, imported.default);
    assert.equal(required.default, required);
    const plugin = imported.default();
    assert.ok(plugin.name === "threadkit" || typeof plugin.apply === "function");
    for (const declaration of [`public/${tool}.d.ts`, `plugin/${tool}.d.cts`])
      assert.ok(existsSync(path.join(root, "dist", "types", declaration)), declaration);
  });
