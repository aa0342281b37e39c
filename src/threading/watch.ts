/**
 * The line to the supervisor: one helper worker that never blocks. Main starts it before its first thread; threads
 * reach it by the port that they were born with.
 */
import { load } from "#atomics";
import { canBlock, environment, spawn } from "#host";
import type { HostPort, HostWorker } from "../host/host.ts";
import { arenaBuffer, words } from "../memory/arena.ts";
import { onStuck } from "../memory/guard.ts";
import { H_MAIN_REALM, H_SUPERVISOR_REALM, H_SUPERVISOR_UP } from "../memory/layout.ts";
import { BOOTED, R_BOOTED, R_URGENT } from "../parking/layout.ts";
import { afterParked } from "../parking/park.ts";
import { createRealm, here } from "../parking/realm.ts";
import type { Job } from "./job.ts";
import { postMail } from "./post.ts";
import { MAIL_SUPERVISOR } from "./states.ts";

export type Request =
  /** A realm was started by main: its port, whose close is the death notice. Without one it is dead already. */
  | { watch: number; port: unknown }
  /** Start a carrier as a child of the supervisor's. */
  | { start: Job }
  /** Kill this thread, if its worker is a child of the supervisor's; see to it that its end is noticed. */
  | { kill: number }
  /** Keep these for whoever fetches them; they go at the first fetch if they were moved. */
  | { deposit: number; extras: readonly unknown[]; moves: readonly unknown[] }
  /** Send them to a realm, by the port that came with its first request, and rouse it. */
  | { fetch: number; realm: number; port: unknown }
  /** Nobody will fetch them any more. */
  | { drop: number };

/**
 * Milliseconds between the first start of a thread and the start of the supervisor, if nobody asks for it before.
 * Two workers that boot at once on two cores take 1.5 times as long as one; by then the first thread runs.
 */
const SUPERVISOR_DELAY = 60;

let supervisor: HostWorker | undefined;
let wanted = false;
const backlog: [Request, readonly unknown[]][] = [];
let line: HostPort | undefined;

export function isMainRealm(): boolean {
  return here() === words[H_MAIN_REALM];
}

/** In main: there will be a supervisor soon, whether main parks or its event loop turns. Nothing is lost until then. */
export function supervisorSoon(): void {
  if (wanted || !isMainRealm()) return;
  wanted = true;
  words[H_SUPERVISOR_REALM] = createRealm(); // now: `startSupervisor` may be needed while the allocator's guard is stuck
  onStuck(startSupervisor);
  // Now: the watchdog of tests lives there; and where main never blocks, it may spin while somebody dead is mended.
  if (environment("THREADKIT_DUMP_AFTER") !== undefined || !canBlock()) startSupervisor();
  afterParked(SUPERVISOR_DELAY, startSupervisor);
  startSupervisorLater();
}

function startSupervisorLater(): void {
  const timer = setTimeout(startSupervisor, SUPERVISOR_DELAY) as unknown as { unref?(): void };
  timer.unref?.();
}

/** In main: now, or as soon as the system has a thread for it. */
export function startSupervisor(): void {
  if (supervisor !== undefined) return;
  try {
    supervisor = spawn("supervisor", {
      data: { arena: arenaBuffer(), realm: words[H_SUPERVISOR_REALM] },
      name: "threadkit-supervisor",
    });
  } catch {
    // Neither the wait that this may be called from nor the event loop must fail by it.
    startSupervisorLater();
    return;
  }
  supervisor.onUnborn?.(loseSupervisor);
  supervisor.onExit(() => {
    if (!isSupervisorUp()) loseSupervisor();
  });
  words[H_SUPERVISOR_UP] = 1;
  for (const [request, transfer] of backlog.splice(0)) {
    try {
      supervisor.post(request, transfer);
    } catch (error) {
      // Its worker is dead already, and its port, which closed with it, can't be handed on.
      if (!("watch" in request)) throw error;
      supervisor.post({ watch: request.watch, port: undefined }, []);
    }
  }
}

/** In a thread's worker: the port that it was born with. */
export function useLine(port: HostPort): void {
  line = port;
}

/** Does it run code of ours? */
export function isSupervisorUp(): boolean {
  return (load(words, words[H_SUPERVISOR_REALM] + R_BOOTED) & BOOTED) !== 0;
}

/** Main's workers that ended before there was a supervisor: it may share their fate. */
const dead = new Set<number>();
let isLost = false;
let mendHere: (realm: number) => void = () => {};
/** In main: what to do with the dead when there can be no supervisor. */
export function withoutSupervisor(mend: (realm: number) => void): void {
  mendHere = mend;
}

function loseSupervisor(): void {
  isLost = true;
  for (const realm of dead) mendHere(realm);
  dead.clear();
}

/** In main: a worker of its own is over. A supervisor hears of that by the worker's port; without one it is for main. */
export function workerEnded(realm: number): void {
  if (isLost) mendHere(realm);
  else if (isSupervisorUp()) dead.clear();
  else dead.add(realm);
}

export function askSupervisor(request: Request, transfer: readonly unknown[] = []): void {
  if ("watch" in request && request.port === undefined) workerEnded(request.watch);
  if (supervisor !== undefined) supervisor.post(request, transfer);
  else if (line === undefined) backlog.push([request, transfer]);
  else {
    line.post(request, transfer);
    if (words[H_SUPERVISOR_UP] === 0) postMail(words[H_MAIN_REALM], R_URGENT, MAIL_SUPERVISOR, 0);
  }
}
