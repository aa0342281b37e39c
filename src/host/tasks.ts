/**
 * Async tasks on Node.js: which code runs on from which promise.
 *
 * A task begins with a promise (`taskPromise`). Whoever awaits that promise, or one made from it by `then`, runs on
 * in the task; so does all that is begun there: awaits, timers, callbacks, calls. Its starter does not, nor does who
 * awaits the starter's promises. `AsyncLocalStorage.enterWith` would be the tempting wrong version: it changes the
 * context of the caller, and in `const p = task(1); await x; task(2)` both would be the same task.
 *
 * Each async resource gets the task of the promise that it was made from, else that of the code that made it. The
 * hook that sees them slows all promises of the realm, so it is on only while there is a task to follow.
 */
import type { Host, HostTask } from "./host.ts";
import { variant } from "./variants.ts";

interface Task extends HostTask {
  /** The task that it was begun in: what that one holds, this one holds. */
  parent: Task | undefined;
  over: boolean;
  /** Async ids of the promises whose continuations are this task. */
  readonly promises: number[];
}

let serial = 0;
/** Tasks that are not over, by id. */
const live = new Map<number, Task>();
/** What a resource runs as. A WeakMap would not show when it is printed, but makes an await in a task 5–20 times slower. */
const kTask: unique symbol = Symbol("threadkit.task");
interface Resource {
  [kTask]?: Task;
}
/** Task by the async id of a promise whose continuations are it. */
const grants = new Map<number, Task>();
/** The next promise that is made is the first of this task. */
let expected: Task | undefined;

function init(id: number, type: string, trigger: number, resource: Resource): void {
  if (expected !== undefined && type === "PROMISE") {
    grant(id, expected);
    expected = undefined;
    return;
  }
  const granted = grants.get(trigger);
  // A promise made from the task's own (by `then`, by `await`) hands it on; one made by code of the task does not.
  if (granted !== undefined && type === "PROMISE" && executionAsyncId() !== trigger) grant(id, granted);
  const task = alive(granted ?? (executionAsyncResource() as Resource)[kTask]);
  if (task !== undefined) resource[kTask] = task;
}

function grant(id: number, task: Task): void {
  grants.set(id, task);
  task.promises.push(id);
}

/** The task itself or the nearest one around it that is not over. Cuts off those that are, or chains would grow. */
function alive(task: Task | undefined): Task | undefined {
  while (task?.over) task = task.parent;
  if (task?.parent?.over) task.parent = alive(task.parent);
  return task;
}

type AsyncHooks = ReturnType<typeof loadHooks>;
/** Loaded for the first task: most threads have none. */
const loadHooks = () => process.getBuiltinModule("node:async_hooks");
let hook: ReturnType<AsyncHooks["createHook"]> | undefined;
let executionAsyncId: AsyncHooks["executionAsyncId"];
let executionAsyncResource: AsyncHooks["executionAsyncResource"];
let on = false;

function follow(): void {
  if (!variant.hooksPromises) return;
  if (hook === undefined) {
    const hooks = loadHooks();
    ({ executionAsyncId, executionAsyncResource } = hooks);
    hook = hooks.createHook({ init });
  }
  if (!on) hook.enable();
  on = true;
}

/** Not at once: we may be between the two hooks of a promise, and the next task is often near. */
function unfollow(): void {
  // The module's, since a test may have put a fake in the global's place.
  process.getBuiltinModule("node:timers").setImmediate(() => {
    if (live.size > 0 || !on) return;
    hook?.disable();
    on = false;
  });
}

let works: boolean | undefined;

/** Tried once: a runtime may have the module and call no hooks. */
export const followsTasks: Host["followsTasks"] = () => {
  if (!variant.hooksPromises) return false;
  if (works === undefined) {
    follow();
    const probe = { id: 0, parent: undefined, over: true, promises: [] };
    expected = probe;
    new Promise<void>((resolve) => resolve());
    works = expected === undefined;
    expected = undefined;
    for (const id of probe.promises) grants.delete(id);
    if (live.size === 0) unfollow();
  }
  return works;
};

export const beginTask: Host["beginTask"] = () => {
  follow();
  const task: Task = { id: ++serial, parent: current(), over: false, promises: [] };
  live.set(task.id, task);
  return task.id;
};

export const taskPromise: Host["taskPromise"] = (id, executor) => {
  if (followsTasks()) expected = live.get(id);
  return new Promise(executor);
};

export const endTask: Host["endTask"] = (id) => {
  const task = live.get(id);
  if (task === undefined) return;
  task.over = true;
  live.delete(id);
  for (const promise of task.promises) grants.delete(promise);
  if (live.size === 0) unfollow();
};

function current(): Task | undefined {
  return on ? alive((executionAsyncResource() as Resource)[kTask]) : undefined;
}

const includes = (from: Task | undefined, id: number): boolean => {
  for (let task = alive(from); task !== undefined; task = alive(task.parent)) if (task.id === id) return true;
  return false;
};

export const inTask: Host["inTask"] = (id) => includes(current(), id);

export const aroundTask: Host["aroundTask"] = (id) => {
  const task = current();
  return task === undefined || includes(live.get(id), task.id);
};

export const liveTasks: Host["liveTasks"] = () => live.size;
