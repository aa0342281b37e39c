/** The supervisor: never blocks, hears of every thread's end, mends what it left, owns the threads of threads. */
import { environment, killProcess, onStarterMessage, openPort, startData } from "#host";
import { attachArena } from "../memory/arena.ts";
import { onStuck } from "../memory/guard.ts";
import { dumpState } from "../parking/census.ts";
import { joinRealm } from "../parking/realm.ts";
import { killCarrier, onOwnCarrier, startCarrier } from "../threading/carriers.ts";
import { openMailbox } from "../threading/mail.ts";
import { writeOut } from "../threading/output.ts";
import { GuardStuck, reap } from "../threading/reaper.ts";
import type { Request } from "../threading/watch.ts";

/** Makes this worker the supervisor. */
export function runSupervisor(): void {
  const { arena, realm } = startData() as { arena: SharedArrayBuffer; realm: number };
  attachArena(arena);
  joinRealm(realm);
  openMailbox();
  onStuck(() => {
    throw new GuardStuck();
  });
  onOwnCarrier(watch);
  onStarterMessage(handle);
  watchdog();
}

function handle(message: unknown): void {
  const request = message as Request;
  if ("watch" in request) watch(request.watch, request.port);
  else if ("start" in request) startCarrier(request.start, 1);
  else killCarrier(request.kill);
}

function watch(carrier: number, end: unknown): void {
  const port = openPort(end);
  port.onMessage(handle);
  port.onClose(() => reap(carrier));
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
