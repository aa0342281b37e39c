/** The supervisor: never blocks, hears of every thread's end, mends what it left, owns the threads of threads. */

import { load, or } from "#atomics";
import {
  environment,
  inspectError,
  killProcess,
  onStarterMessage,
  onUncaught,
  openPort,
  startData,
  stopsRunning,
} from "#host";
import type { HostPort } from "../host/host.ts";
import { release } from "../memory/allocator.ts";
import { attachArena, cover, words } from "../memory/arena.ts";
import { GuardStuck, onStuck, patiently } from "../memory/guard.ts";
import { dumpState } from "../parking/census.ts";
import { BOOTED, CONDEMNED, R_BOOTED, T_REALM, T_STATE, TERMINATED } from "../parking/layout.ts";
import { joinRealm } from "../parking/realm.ts";
import { assign, onOwnCarrier } from "../threading/carriers.ts";
import { endWorker } from "../threading/kill.ts";
import { openMailbox } from "../threading/mail.ts";
import { writeOut } from "../threading/output.ts";
import { reap } from "../threading/reaper.ts";
import type { Request } from "../threading/watch.ts";
import { answer, drop, forget, keep, openStore } from "./parcel-store.ts";

/** Milliseconds until it is idle: threads that start with it need the processors more. */
const SOON = 100;

/** Makes this worker the supervisor. `whenIdle`: what it does once, when threads that start need the processors no more. */
export function runSupervisor(whenIdle: () => void = () => {}): void {
  const { arena, realm } = startData() as { arena: SharedArrayBuffer; realm: number };
  attachArena(arena);
  joinRealm(realm);
  or(words, realm + R_BOOTED, BOOTED);
  openMailbox();
  onStuck(() => {
    throw new GuardStuck();
  });
  // A mistake of ours must neither pass unseen nor leave the dead to hang the living.
  onUncaught((error) =>
    writeOut(2, `threadkit: an error in the supervisor, please report it:\n${inspectError(error)}\n`),
  );
  onOwnCarrier(watch);
  openStore();
  onStarterMessage(handle);
  watchdog();
  const timer = setTimeout(() => patiently(whenIdle), SOON) as { unref?(): void };
  timer.unref?.();
}

function handle(message: unknown): void {
  patiently(() => take(message as Request));
}

function take(request: Request): void {
  if ("watch" in request) watch(request.watch, request.port);
  else if ("start" in request) assign(request.start);
  else if ("kill" in request) seeToEnd(request.kill);
  else if ("deposit" in request) keep(request);
  else if ("fetch" in request) answer(request);
  else drop(request.drop);
}

/** Carriers alive, by realm, with the port whose close is the death notice. */
const watched = new Map<number, HostPort>();

function watch(carrier: number, end: unknown): void {
  if (end === undefined) {
    mourn(carrier);
    return;
  }
  const port = openPort(end);
  watched.set(carrier, port);
  port.onMessage(handle);
  port.onClose(() => bury(carrier));
}

function bury(carrier: number): void {
  if (watched.delete(carrier)) mourn(carrier);
}

function mourn(carrier: number): void {
  forget(carrier);
  reap(carrier);
}

/** Milliseconds between two looks at a killed thread that is not over. */
const LOOK = 20;

/** Looks during which a thread may end itself, where the engine would lose its death notice if both happened. */
const GRACE = 4;

/**
 * Sees to it that a killed thread ends, ours or main's: ends its worker once more, less and less often, and notices the
 * end of one that never came to hold its port.
 */
function seeToEnd(thread: number, looks = 1, unbornFor = 0): void {
  const realm = cover(thread)[thread + T_REALM];
  if (load(words, thread + T_STATE) === TERMINATED) {
    release(thread);
    return;
  }
  if (realm === 0) {
    // It is on its way to a carrier. Who gives it one looks whether it was killed, and may have looked just before.
    setTimeout(() => patiently(() => seeToEnd(thread)), LOOK);
    return;
  }
  if (isPowerOfTwo(looks) && (looks > GRACE || stopsRunning())) endWorker(thread);
  const unborn = load(cover(realm), realm + R_BOOTED) === CONDEMNED;
  if (unborn && unbornFor >= 2) {
    watched.get(realm)?.close();
    bury(realm);
  }
  setTimeout(() => patiently(() => seeToEnd(thread, looks + 1, unborn ? unbornFor + 1 : 0)), LOOK);
}

function isPowerOfTwo(n: number): boolean {
  return (n & (n - 1)) === 0;
}

/** For tests: a process that hangs tells its state before it is ended. */
function watchdog(): void {
  const dumpAfter = Number(environment("THREADKIT_DUMP_AFTER"));
  if (!(dumpAfter > 0)) return;
  setTimeout(() => {
    writeOut(2, dumpState());
    killProcess();
  }, dumpAfter);
}
