/**
 * Carriers: the workers that threads run in. A worker costs 15–40 ms to start, so one that its thread left clean
 * waits in a small cache for the next; any thread takes it by one compare-exchange and one wake-up.
 *
 * R_CARRIER  meaning                              who may leave it, to what
 * BUSY       starting up, or runs a thread        the carrier → FREE
 * FREE       in the cache                         any thread → takenBy(its realm); the carrier, tired of waiting → BUSY, and ends
 * takenBy    a thread is being put in             the taker → ASSIGNED; the supervisor, if it died → FREE
 * ASSIGNED   its next thread stands in R_THREAD   the carrier → BUSY
 */
import { add, compareExchange, load, or, store, sub } from "#atomics";
import { channel, openPort, processors, spawn } from "#host";
import type { HostWorker } from "../host/host.ts";
import { release } from "../memory/allocator.ts";
import { arenaBuffer, cover, words } from "../memory/arena.ts";
import { enter, leave } from "../memory/guard.ts";
import { H_IDLE, H_REALMS, H_REGISTRY_GUARD, H_SUPERVISOR_REALM } from "../memory/layout.ts";
import {
  BOOTED,
  CONDEMNED,
  R_BOOTED,
  R_CARRIER,
  R_JOB,
  R_NEXT,
  R_PARENT,
  R_THREAD,
  REAPED,
  RUNNABLE,
  T_FLAGS,
  T_REALM,
  T_STATE,
} from "../parking/layout.ts";
import { createRealm, delistRealm, here } from "../parking/realm.ts";
import { wakeWord } from "../parking/word.ts";
import type { Job } from "./job.ts";
import { endThread } from "./join.ts";
import { ASSIGNED, BUSY, FREE, KILLED, takenBy } from "./states.ts";
import { noteUnborn } from "./unborn.ts";
import { askSupervisor, isMainRealm, supervisorSoon, workerEnded } from "./watch.ts";

/** Workers that belong to this realm (main or the supervisor), by realm block. */
const workers = new Map<number, HostWorker>();

/** Gives a thread to a carrier from the cache, or to a new one. The supervisor does it for threads that can't. */
export function assign(job: Job): void {
  supervisorSoon();
  const isKilled = (load(cover(job.thread), job.thread + T_FLAGS) & KILLED) !== 0;
  if (isKilled || load(words, job.thread + T_STATE) !== RUNNABLE) {
    // Killed, or over with its starter, while the wish to start it was on its way.
    endThread(job.thread);
    release(job.message);
    return;
  }
  if (job.resourceLimits === undefined) {
    const realm = takeIdle(job);
    if (realm !== 0) return;
  }
  if (isMainRealm()) startCarrier(job, 0);
  else if (here() === words[H_SUPERVISOR_REALM]) startCarrier(job, 1);
  else askSupervisor({ start: job }, job.moves);
}

function takeIdle(job: Job): number {
  if (words[H_IDLE] === 0) return 0;
  let taken = 0;
  enter(words, H_REGISTRY_GUARD);
  for (let realm = words[H_REALMS]; realm !== 0 && taken === 0; realm = words[realm + R_NEXT]) {
    cover(realm);
    // Extras are posted to the worker, which only the realm that owns it can do.
    if (job.extras.length > 0 && !workers.has(realm)) continue;
    if (compareExchange(words, realm + R_CARRIER, FREE, takenBy(here())) === FREE) taken = realm;
  }
  leave(words, H_REGISTRY_GUARD);
  if (taken === 0) return 0;
  sub(words, H_IDLE, 1);
  if (job.extras.length > 0) workers.get(taken)?.post({ extras: job.extras }, job.moves);
  put(job, taken);
  store(words, taken + R_CARRIER, ASSIGNED);
  wakeWord(taken + R_CARRIER);
  return taken;
}

function put(job: Job, realm: number): void {
  cover(job.thread)[job.thread + T_REALM] = realm;
  words[realm + R_THREAD] = job.thread;
  words[realm + R_JOB] = job.message;
}

/** A new worker, child of the calling realm; the other end of its port goes to the supervisor. */
function startCarrier(job: Job, parent: 0 | 1): void {
  const realm = createRealm();
  put(job, realm);
  words[realm + R_CARRIER] = ASSIGNED;
  try {
    boot(realm, parent, job);
  } catch (error) {
    // Who starts a thread hears of it. In the supervisor nobody would: there the thread is over, as if its worker had died.
    if (parent === 1) bury(realm, error);
    else {
      words[job.thread + T_REALM] = 0;
      discard(realm);
      throw error;
    }
  }
}

/** A realm that never was: its worker could not be made. */
function discard(realm: number): void {
  delistRealm(realm);
  release(realm);
}

/** A realm whose worker could not be made, and to which a thread was given: that ends with `error`. */
function bury(realm: number, error: unknown): void {
  noteUnborn(realm, error);
  haveWatched(realm, undefined);
}

/**
 * Before a start packs its code, if no carrier is idle: a worker is begun as an idle one, and boots while the closure
 * is captured. That takes 0.5 ms, and as long as a boot the first time (loading parser and inspector, 20–40 ms).
 */
export function bootAhead(): void {
  if (words[H_IDLE] > 0 || !isMainRealm()) return;
  const realm = createRealm();
  words[realm + R_CARRIER] = FREE;
  add(words, H_IDLE, 1);
  try {
    boot(realm, 0, undefined);
  } catch (error) {
    // Nobody may find it in the cache, where it would never run a thread. Another thread may have taken it already.
    if (withdraw(realm)) discard(realm);
    else bury(realm, error);
    throw error;
  }
}

/** In main: what it does while its first worker boots. */
let whileBooting: (() => void) | undefined;
export function onFirstBoot(handler: () => void): void {
  whileBooting = handler;
}

/** @throws what the host says if it can't make a worker: the system has no thread left, or something can't be moved */
function boot(realm: number, parent: 0 | 1, job: Job | undefined): void {
  words[realm + R_PARENT] = parent;
  const { ours, theirs } = channel();
  let worker: HostWorker;
  try {
    worker = spawn("worker", {
      data: {
        arena: arenaBuffer(),
        realm,
        port: theirs,
        extras: job?.extras,
        dedicated: job?.resourceLimits !== undefined,
      },
      transfer: [theirs, ...(job?.moves ?? [])],
      resourceLimits: job?.resourceLimits,
      name: `threadkit-${realm}`,
    });
  } catch (error) {
    openPort(ours).close();
    throw error;
  }
  workers.set(realm, worker);
  worker.onExit(() => {
    // The block may serve a new realm by now, long before this event loop turned.
    if (workers.get(realm) === worker) workers.delete(realm);
    if (parent === 0) workerEnded(realm);
  });
  worker.onError((error) => {
    if ((load(words, realm + R_BOOTED) & (BOOTED | CONDEMNED | REAPED)) === 0) noteUnborn(realm, error);
  });
  worker.onUnborn?.(() => {
    or(words, realm + R_BOOTED, CONDEMNED);
    haveWatched(realm, undefined);
  });
  haveWatched(realm, ours);
  if (parent === 1) return;
  const handler = whileBooting;
  whileBooting = undefined;
  handler?.();
}

/** The supervisor hears of the realm's end by this port; without one it is dead already. */
function haveWatched(realm: number, port: unknown): void {
  if (isMainRealm()) askSupervisor({ watch: realm, port }, port === undefined ? [] : [port]);
  else watchHere(realm, port);
}

/** In the supervisor: what to do with the port of a worker of its own. */
let watchHere: (realm: number, port: unknown) => void = (_realm, port) => {
  if (port !== undefined) openPort(port).close();
};
export function onOwnCarrier(watch: (realm: number, port: unknown) => void): void {
  watchHere = watch;
}

/** Kills the worker of a realm that belongs to the calling realm. */
export function killCarrier(realm: number): boolean {
  const worker = workers.get(realm);
  if (worker === undefined) return false;
  // In this order: once it is killed the supervisor may reap it, and its block may be another's, before we go on.
  or(words, realm + R_BOOTED, CONDEMNED);
  worker.terminate();
  return true;
}

/** How many clean carriers wait at most: more would hold memory (about 8 MB each) that a burst needed once. */
export function cacheSize(): number {
  return Math.max(4, 2 * processors());
}

/** In a carrier that its thread left clean: into the cache, if there is room. */
export function offer(realm: number): boolean {
  if (add(words, H_IDLE, 1) >= cacheSize()) {
    sub(words, H_IDLE, 1);
    return false;
  }
  store(words, realm + R_CARRIER, FREE);
  return true;
}

/** In a carrier: out of the cache again. False: a thread was put in meanwhile. */
export function withdraw(realm: number): boolean {
  if (compareExchange(words, realm + R_CARRIER, FREE, BUSY) !== FREE) return false;
  sub(words, H_IDLE, 1);
  return true;
}
