/**
 * What a task runs, on its way: packed where it is submitted, unpacked in the worker.
 *
 * The code of a function whose captures can't change is packed once and kept in a block that all its tasks share;
 * each worker keeps what it unpacked from such a block. Any other function is packed at each submit, since the
 * variables that it captures travel as they are at that moment.
 */
import { kindOf, onDispose, release, retain } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { adopt, defineKind, kAt, SharedObject } from "../memory/handle.ts";
import { Kind } from "../memory/layout.ts";
import { isBlock, NOTHING, open, pack } from "../shared/cell.ts";
import { packHeld, packOnce, unpackHeld } from "../threading/held-code.ts";
import { isPlain, prepare } from "../threading/message.ts";
import { outgoing } from "../threading/outgoing.ts";
import { runChunk } from "./chunk.ts";
import { isAsyncFunction, type Task } from "./task.ts";
import { ASYNC_TASK, CHUNK, F_ARGS, F_CODE, F_STATE, SINGLE } from "./words.ts";

/** A block that stands for a packed function. */
class TaskCode extends SharedObject {
  constructor() {
    super(Kind.Task, 1);
  }
}
onDispose(Kind.Task, (at) => {
  if (words[at] !== 0) release(words[at]);
});
defineKind(Kind.Task, TaskCode);

/** Of functions whose code stays what it is, for as long as they live. */
const packed = new WeakMap<Task, TaskCode>();
/** Functions that were submitted once: only for one that comes again a block of its own is worth it. */
const seen = new WeakSet<Task>();
const REMEDY = "Give it as an argument that can cross, or make it inside the task.";

/**
 * Puts function and arguments into the block of a future that nobody else knows yet. With `CHUNK` in its state, `args`
 * is a list of argument lists.
 */
export function packTask(at: number, fn: Task, args: readonly unknown[], owner: object): void {
  words[at + F_CODE] = packFunction(fn, owner);
  if (isAsyncFunction(fn)) words[at + F_STATE] |= ASYNC_TASK;
  if (words[at + F_STATE] & CHUNK) words[at + F_ARGS] = pack(args, "the items", owner, packOnce);
  else if (args.length === 1) {
    words[at + F_ARGS] = pack(args[0], "the argument", owner, packOnce);
    words[at + F_STATE] |= SINGLE;
  } else words[at + F_ARGS] = args.length === 0 ? NOTHING : pack(args, "the arguments", owner, packOnce);
}

function packFunction(fn: Task, owner: object): number {
  const known = packed.get(fn);
  if (known !== undefined && Object.keys(fn).length === 0) {
    retain(known[kAt]);
    return known[kAt];
  }
  const message = packHeld(fn, "", owner, REMEDY);
  if (!seen.has(fn)) {
    seen.add(fn);
    return message;
  }
  if (!outgoing().isConstant(fn)) return message;
  const code = new TaskCode();
  words[code[kAt]] = message;
  packed.set(fn, code);
  retain(code[kAt]);
  return code[kAt];
}

interface Kept {
  readonly fn: Task;
  /** Keeps the block, so that no other can take its index. */
  readonly code: SharedObject;
}

/** In a worker: functions by their blocks, the oldest first. */
const kept = new Map<number, Kept>();
/** How many: each holds its function, and what that captures. */
const KEPT = 128;

/** Loads what code and arguments need; undefined if it is there. */
export function prepareTask(at: number): Promise<unknown> | undefined {
  const code = words[at + F_CODE];
  const args = words[at + F_ARGS];
  const loads: Promise<void>[] = [];
  if (!kept.has(code)) note(loads, prepare(kindOf(code) === Kind.Task ? words[code] : code));
  if (isBlock(args) && kindOf(args) === Kind.Message && !isPlain(args)) note(loads, prepare(args));
  return loads.length === 0 ? undefined : Promise.all(loads);
}

function note(loads: Promise<void>[], load: Promise<void> | undefined): void {
  if (load !== undefined) loads.push(load);
}

/** Calls the function of a task that was prepared. The block forgets it before it runs. */
export function callTask(at: number): unknown {
  const code = words[at + F_CODE];
  const cell = words[at + F_ARGS];
  const fn = kept.get(code)?.fn ?? unpackFunction(code);
  const args = open(cell);
  const form = words[at + F_STATE] & (SINGLE | CHUNK);
  words[at + F_CODE] = words[at + F_ARGS] = 0;
  release(code);
  if (isBlock(cell)) release(cell);
  if (form === SINGLE) return fn(args);
  if (form === CHUNK) return runChunk(fn, args as readonly (readonly unknown[])[]);
  return cell === NOTHING ? fn() : fn(...(args as readonly unknown[]));
}

function unpackFunction(code: number): Task {
  const remedy = "Import it in this thread first.";
  if (kindOf(code) !== Kind.Task) return unpackHeld(code, "run the task", remedy) as Task;
  const fn = unpackHeld(words[code], "run the task", remedy) as Task;
  if (kept.size >= KEPT) for (const oldest of kept.keys()) if (kept.delete(oldest)) break;
  kept.set(code, { fn, code: adopt(Kind.Task, code) });
  return fn;
}

/** A worker is about to serve somebody else. */
export function forgetKept(): void {
  kept.clear();
}
