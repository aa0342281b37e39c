/**
 * The line to the supervisor: one helper worker that never blocks. Main starts it before its first thread; threads
 * reach it by the port that they were born with.
 */
import { type HostPort, type HostWorker, spawn } from "#host";
import { arenaBuffer, words } from "../memory/arena.ts";
import { H_MAIN_REALM, H_SUPERVISOR_REALM } from "../memory/layout.ts";
import { createRealm, here } from "../parking/realm.ts";
import type { Job } from "./carriers.ts";

export type Request =
  /** A realm was started by main: its port, whose close is the death notice. */
  | { watch: number; port: unknown }
  /** Start a carrier as a child of the supervisor's. */
  | { start: Job }
  /** Kill a child of the supervisor's. */
  | { kill: number };

let supervisor: HostWorker | undefined;
let line: HostPort | undefined;

export function isMainRealm(): boolean {
  return here() === words[H_MAIN_REALM];
}

/** Main starts the supervisor; everybody else has it already. */
export function onSupervisorNeeded(): void {
  if (supervisor !== undefined || !isMainRealm()) return;
  words[H_SUPERVISOR_REALM] = createRealm();
  supervisor = spawn("supervisor", {
    data: { arena: arenaBuffer(), realm: words[H_SUPERVISOR_REALM] },
    name: "threadkit-supervisor",
  });
}

/** In a thread's worker: the port that it was born with. */
export function useLine(port: HostPort): void {
  line = port;
}

export function askSupervisor(request: Request, transfer: readonly unknown[] = []): void {
  if (supervisor !== undefined) supervisor.post(request, transfer);
  else line?.post(request, transfer);
}
