/**
 * What the supervisor does when a realm is gone. In numbered steps; each leaves shared memory whole.
 *
 * A killed thread may have been anywhere: inside a guard, between settling a waiter and telling it, in a line, with
 * locks held. Until this has run, live threads wait a little longer; after it nobody waits for the dead.
 */
import { exchange, load, notify, store } from "#atomics";
import { eachBlock, release, repairAllocator } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { settleLedger } from "../memory/handle.ts";
import { H_GUARD, H_HOOK_REALM, H_IDLE, H_OUTPUT_GUARD, H_REALMS, H_REGISTRY_GUARD, H_THREADS, Kind } from "../memory/layout.ts";
import {
  ASYNC,
  GIFTED,
  IDLE,
  N_FLAGS,
  N_QUEUE,
  N_REALM,
  N_STATUS,
  NEW,
  NOTIFIED,
  Q_GUARD,
  R_CARRIER,
  R_JOB,
  R_LEDGER,
  R_NEXT,
  R_NODE,
  R_RESCAN,
  R_THREAD,
  T_EXCEPTION,
  T_FLAGS,
  T_IDENT,
  T_NEXT,
  T_STATE,
  TERMINATED,
} from "../parking/layout.ts";
import { relink, ring } from "../parking/queue.ts";
import { robustOf } from "../parking/robust.ts";
import { RuntimeError } from "../errors/errors.ts";
import { report } from "./excepthook.ts";
import { endThread } from "./join.ts";
import { packThrown } from "./message.ts";
import { nameOf } from "./registry.ts";
import { FREE, KILLED } from "./states.ts";
import { threadAt } from "./thread.ts";

/** Mends what `realm` left. `reason`: an error that its starter heard of, if any. */
export function reap(realm: number, reason?: unknown): void {
  cover(realm);
  const thread = words[realm + R_THREAD];
  // 1. Guards that it died in: derive anew what they protect.
  if (load(words, H_GUARD) === realm) {
    repairAllocator();
    leave(words, H_GUARD);
  }
  if (load(words, H_REGISTRY_GUARD) === realm) {
    relinkRegistry();
    leave(words, H_REGISTRY_GUARD);
  }
  if (load(words, H_OUTPUT_GUARD) === realm) leave(words, H_OUTPUT_GUARD);
  // 2. Waits of its own: out of their lines; a wake-up that it had not used goes to another.
  const nodes: number[] = [];
  const objects: number[] = [];
  eachBlock((at, kind) => {
    if (kind === Kind.WaitNode && words[at + N_REALM] === realm) nodes.push(at);
    if (robustOf(kind) !== undefined) objects.push(at);
  });
  const unused = quitLines([...nodes, realm + R_NODE], objects, realm);
  // 3. Locks that its thread held are broken; who waits for them is woken.
  if (thread !== 0) breakLocks(words[thread + T_IDENT], objects);
  for (const at of unused) robustOf(words[at - 2] & 0xff)?.passOn?.(at);
  // 4. Waiters that it settled, but may not have told.
  tellSettled();
  // 5. Its thread is over.
  if (thread !== 0 && load(words, thread + T_STATE) !== NEW) endDead(thread, reason);
  // 6. What its handles held, and its own blocks.
  if (words[realm + R_CARRIER] === FREE) words[H_IDLE]--;
  if (words[H_HOOK_REALM] === realm) store(words, H_HOOK_REALM, 0);
  delistRealm(realm);
  const message = exchange(words, realm + R_JOB, 0);
  if (message !== 0) release(message);
  settleLedger(realm + R_LEDGER);
  for (const node of nodes) release(node);
  release(realm);
}

/** Queues whose guard the dead held are linked anew; its nodes leave. Returns the objects whose wake-up it kept. */
function quitLines(nodes: readonly number[], objects: readonly number[], realm: number): number[] {
  const unused: number[] = [];
  const left = new Set<number>();
  for (const node of nodes) {
    const status = exchange(words, node + N_STATUS, IDLE);
    const queue = words[node + N_QUEUE];
    if (queue !== 0) left.add(queue);
    else if (status === NOTIFIED || status === GIFTED) left.add(-1);
  }
  for (const at of objects) {
    const { queue: offset, passOn } = robustOf(words[at - 2] & 0xff) as { queue: number; passOn?: unknown };
    const queue = at + offset;
    const died = load(words, queue + Q_GUARD) === realm;
    if (died || left.has(queue)) {
      if (!died) enter(words, queue + Q_GUARD);
      relink(queue);
      leave(words, queue + Q_GUARD);
    }
    // Which object an eaten wake-up belonged to is not known any more: passing on where it is not due is harmless.
    if (passOn !== undefined && (left.has(-1) || died || left.has(queue))) unused.push(at);
  }
  return unused;
}

/** Marks as broken what a dead or crashed thread held. */
export function breakLocks(ident: number, objects?: readonly number[]): void {
  if (objects === undefined) {
    const found: number[] = [];
    eachBlock((at, kind) => {
      if (robustOf(kind)?.breakOwned !== undefined) found.push(at);
    });
    objects = found;
  }
  for (const at of objects) robustOf(words[at - 2] & 0xff)?.breakOwned?.(at, ident);
}

function tellSettled(): void {
  const realms = new Set<number>();
  eachBlock((at, kind) => {
    const node = kind === Kind.WaitNode ? at : kind === Kind.Realm ? at + R_NODE : 0;
    if (node === 0) return;
    const status = load(words, node + N_STATUS);
    if (status !== NOTIFIED && status !== GIFTED) return;
    if (words[node + N_FLAGS] & ASYNC) realms.add(words[node + N_REALM]);
    else notify(words, node + N_STATUS, 1);
  });
  for (const realm of realms) {
    store(words, realm + R_RESCAN, 1);
    ring(realm);
  }
}

function endDead(thread: number, reason: unknown): void {
  if (load(words, thread + T_STATE) === TERMINATED) return;
  const wanted = (load(words, thread + T_FLAGS) & KILLED) !== 0;
  if (!wanted && words[thread + T_EXCEPTION] === 0) {
    const error = reason ?? deathError(thread);
    words[thread + T_EXCEPTION] = packThrown(error);
    report(thread, error, threadAt);
  }
  endThread(thread);
}

function deathError(thread: number): RuntimeError {
  return new RuntimeError(
    "THREAD_DIED",
    `cannot go on with ${nameOf(thread)}: its worker ended without a word. Most likely its memory ran out: raise resourceLimits, or hand over less data at a time.`,
  );
}

function delistRealm(realm: number): void {
  enter(words, H_REGISTRY_GUARD);
  for (let before = 0, at = words[H_REALMS]; at !== 0; before = at, at = cover(at)[at + R_NEXT]) {
    if (at !== realm) continue;
    if (before === 0) words[H_REALMS] = words[at + R_NEXT];
    else words[before + R_NEXT] = words[at + R_NEXT];
    break;
  }
  leave(words, H_REGISTRY_GUARD);
}

function relinkRegistry(): void {
  words[H_THREADS] = words[H_REALMS] = 0;
  eachBlock((at, kind) => {
    if (kind === Kind.Realm) {
      words[at + R_NEXT] = words[H_REALMS];
      words[H_REALMS] = at;
    } else if (kind === Kind.Thread && words[at + T_STATE] !== NEW && words[at + T_STATE] !== TERMINATED) {
      words[at + T_NEXT] = words[H_THREADS];
      words[H_THREADS] = at;
    }
  });
}
