/**
 * What the supervisor does when a realm is gone. In numbered steps; each leaves shared memory whole.
 *
 * A killed thread may have been anywhere: inside a guard, between settling a waiter and telling it, in a line, with
 * locks held. Until this has run, live threads wait a little longer; after it nobody waits for the dead.
 */
import { add, compareExchange, exchange, load, or, store, sub } from "#atomics";
import { eachBlock, freePostponed, isUsed, kindOf, release, retain } from "../memory/allocator.ts";
import { cover, words } from "../memory/arena.ts";
import { enter, leave, patiently } from "../memory/guard.ts";
import { settleLedger } from "../memory/handle.ts";
import {
  H_EXITING,
  H_GUARD,
  H_HOOK_REALM,
  H_IDLE,
  H_OUTPUT_GUARD,
  H_REGISTRY_GUARD,
  isThread,
  Kind,
} from "../memory/layout.ts";
import { repairAllocator } from "../memory/repair.ts";
import {
  type GIFTED,
  GONE,
  HANDS,
  IDLE,
  M_ARG,
  M_ERROR,
  M_TYPE,
  N_BRINGS,
  N_FROM,
  N_LINK,
  N_OWED,
  N_QUEUE,
  N_REALM,
  N_STATUS,
  NEW,
  NOTIFIED,
  Q_GUARD,
  R_BOOTED,
  R_CARRIER,
  R_ENDING,
  R_HANDS,
  R_INBOX,
  R_JOB,
  R_LEDGER,
  R_NODE,
  R_THREAD,
  R_URGENT,
  REAPED,
  RUNNABLE,
  T_EXCEPTION,
  T_FLAGS,
  T_IDENT,
  T_REALM,
  T_STARTER,
  T_STATE,
  TERMINATED,
  WAITING,
} from "../parking/layout.ts";
import { relink, tellSettled } from "../parking/mend-lines.ts";
import { delistRealm } from "../parking/realm.ts";
import { eachRobust, robustOf } from "../parking/robust.ts";
import { endLookout } from "../parking/spin.ts";
import { wakeWord } from "../parking/word.ts";
import { breakLocks } from "./break-locks.ts";
import { deathError, orphanError } from "./death-errors.ts";
import { report, reportLater } from "./excepthook.ts";
import { endThread } from "./join.ts";
import { packLastError, unpack } from "./message.ts";
import { relinkRegistry } from "./relink.ts";
import {
  BUSY,
  DAEMON,
  FREE,
  KILLED,
  MAIL_EXCEPTION,
  MAIL_FUTURE,
  MAIL_TERMINATE,
  takenBy,
} from "./states.ts";
import { threadAt } from "./thread.ts";

/** What one death leaves to do. Kept across tries: see `GuardStuck`. */
interface Case {
  readonly realm: number;
  /** The thread that ran in it, 0: none. With a reference: in a later try its block would be another thread's. */
  readonly thread: number;
  /** Its waits that were not over, by the queue: what it died with. Each goes when it is dealt with. */
  readonly waits: { readonly queue: number; readonly status: number }[];
  /** Lines that its nodes stood in, and that are not linked anew yet. */
  readonly left: Set<number>;
}

/** Mends what `realm` left. Calls itself again when another dead realm stands in the way. */
export function reap(realm: number): void {
  const thread = cover(realm)[realm + R_THREAD];
  if (thread !== 0) retain(thread);
  attempt({ realm, thread, waits: [], left: new Set() });
}

function attempt(death: Case): void {
  patiently(() => {
    mend(death);
    patiently(freePostponed);
  });
}

function mend(death: Case): void {
  const { realm, thread } = death;
  cover(Math.max(realm, thread));
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
  // 2. Waits of its own: out of their lines.
  const nodes: number[] = [];
  const objects: number[] = [];
  eachBlock((at, kind) => {
    if (kind === Kind.WaitNode && words[at + N_REALM] === realm && isUsed(at)) nodes.push(at);
    if (robustOf(kind) !== undefined) objects.push(at);
  });
  quitLines(death, [...nodes, realm + R_NODE], objects);
  settleWaits(death, objects);
  // 3. Locks that its thread held are broken; who waits for them is woken.
  if (thread !== 0) breakLocks(words[thread + T_IDENT], objects);
  // 4. Waiters that it settled, but may not have told.
  tellSettled();
  // 5. Its thread is over.
  if (thread !== 0 && load(words, thread + T_STATE) !== NEW) endDead(thread);
  const ending = words[realm + R_ENDING];
  if (ending !== 0) {
    endThread(ending);
    words[realm + R_ENDING] = 0;
    release(ending);
  }
  // 6. Threads that it was about to start, and that no carrier has: they will never run.
  disown(realm);
  // 7. What its handles held, and its own blocks.
  if (exchange(words, realm + R_CARRIER, BUSY) === FREE) sub(words, H_IDLE, 1);
  compareExchange(words, H_HOOK_REALM, realm, 0);
  endLookout(realm);
  or(words, realm + R_BOOTED, REAPED);
  delistRealm(realm);
  forwardMail(realm);
  const message = exchange(words, realm + R_JOB, 0);
  if (message !== 0) release(message);
  const inHand = Array.from({ length: HANDS }, (_, hand) => realm + R_HANDS + hand);
  for (const word of [...inHand, ...[...nodes, realm + R_NODE].map((node) => node + N_BRINGS)]) {
    const block = exchange(words, word, 0);
    if (block !== 0) release(block);
  }
  eachRobust(objects, (robust, at) => robust.realmGone?.(at, realm));
  settleLedger(realm + R_LEDGER);
  if (thread !== 0) release(thread);
  // Whoever settled one of its nodes tells it after that, without a guard, and may have lost its processor in between.
  setTimeout(() => patiently(() => freeBlocks([...nodes, realm])), QUARANTINE);
}

/** Milliseconds for which the nodes and the realm of the dead stay what they are: no thread is off its processor that long. */
const QUARANTINE = 1000;

function freeBlocks(blocks: number[]): void {
  for (let at = blocks.pop(); at !== undefined; at = blocks.pop()) release(at);
}

/** Its nodes leave; their queues, and those whose guard it held, are linked anew. */
function quitLines({ realm, waits, left }: Case, nodes: readonly number[], objects: readonly number[]): void {
  for (const node of nodes) {
    const status = exchange(words, node + N_STATUS, IDLE);
    if (status === WAITING || status === GONE) left.add(words[node + N_QUEUE]); // any other is out of its line
    if (status === IDLE) continue;
    waits.push({ queue: words[node + N_FROM], status });
    const owed = exchange(words, node + N_OWED, 0);
    if (owed !== 0) waits.push({ queue: owed, status: NOTIFIED });
  }
  for (const at of objects) {
    const robust = robustOf(kindOf(at));
    if (robust === undefined) continue;
    const queue = at + robust.queue;
    const died = load(words, queue + Q_GUARD) === realm;
    if (!died && !left.has(queue)) continue;
    if (!died) enter(words, queue + Q_GUARD);
    relink(queue);
    if (died) {
      robust.mend?.(at);
      waits.push({ queue, status: GONE });
    }
    leave(words, queue + Q_GUARD);
  }
}

/** What its waits owe: a wake-up that it had not used goes to another; who counted on it in line is told. */
function settleWaits({ waits }: Case, objects: readonly number[]): void {
  for (let wait = waits.at(-1); wait !== undefined; wait = waits.at(-1)) {
    const { queue, status } = wait;
    const at = objects.find((object) => object + (robustOf(kindOf(object))?.queue ?? 0) === queue);
    const robust = at === undefined ? undefined : robustOf(kindOf(at));
    if (at !== undefined && status === WAITING) robust?.abandoned?.(at);
    else if (at !== undefined) robust?.passOn?.(at, status as typeof NOTIFIED | typeof GIFTED | typeof GONE);
    waits.pop();
  }
}

function endDead(thread: number): void {
  if (load(words, thread + T_STATE) === TERMINATED) return;
  const wanted = (load(words, thread + T_FLAGS) & KILLED) !== 0;
  if (!wanted && load(words, H_EXITING) === 0 && words[thread + T_EXCEPTION] === 0) {
    const error = deathError(thread);
    words[thread + T_EXCEPTION] = packLastError(error);
    if ((words[thread + T_FLAGS] & DAEMON) !== 0) reportLater(thread, error, threadAt);
    else report(thread, error, threadAt);
  }
  endThread(thread);
}

/** The starter `realm` is dead. Its last requests were read before its death notice, so nobody else will start these. */
function disown(realm: number): void {
  eachBlock((at, kind) => {
    if (kind !== Kind.Realm || load(words, at + R_CARRIER) !== takenBy(realm)) return;
    words[at + R_THREAD] = 0;
    const message = exchange(words, at + R_JOB, 0);
    if (message !== 0) release(message);
    add(words, H_IDLE, 1);
    store(words, at + R_CARRIER, FREE);
    wakeWord(at + R_CARRIER);
  });
  const orphans: number[] = [];
  eachBlock((at, kind) => {
    if (!isThread(kind) || words[at + T_STARTER] !== realm || load(words, at + T_STATE) !== RUNNABLE) return;
    const carrier = words[at + T_REALM];
    if (carrier === 0 || cover(carrier)[carrier + R_THREAD] !== at) orphans.push(at);
  });
  // They tell who asks why they ended. No hook is called: no code of theirs ran that could have failed.
  for (const at of orphans) {
    breakLocks(words[at + T_IDENT]);
    words[at + T_EXCEPTION] ||= packLastError(orphanError(at));
    endThread(at);
  }
}

/** Mail that the dead did not read: an error that waited for its hook is printed, so that none is lost. */
function forwardMail(realm: number): void {
  for (const stack of [R_INBOX, R_URGENT]) {
    for (let entry = exchange(words, realm + stack, 0); entry !== 0; ) {
      const next = cover(entry)[entry + N_LINK];
      if (kindOf(entry) === Kind.Mail) {
        const thread = words[entry + M_ARG];
        if (words[entry + M_TYPE] === MAIL_EXCEPTION) {
          report(thread, unpack(words[entry + M_ERROR] || cover(thread)[thread + T_EXCEPTION]), threadAt);
          release(thread);
        } else if (words[entry + M_TYPE] === MAIL_FUTURE || words[entry + M_TYPE] === MAIL_TERMINATE)
          release(thread);
      }
      if (kindOf(entry) !== Kind.WaitNode) release(entry); // futures come with a reference
      entry = next;
    }
  }
}
