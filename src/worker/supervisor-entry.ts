/** The supervisor: never blocks, hears of every thread's end, mends what it left, owns the threads of threads. */
import "../public/index.ts";
import { environment, killProcess, onStarterMessage, openPort, startData } from "#host";
import { attachArena } from "../memory/arena.ts";
import { dumpState } from "../parking/census.ts";
import { joinRealm } from "../parking/realm.ts";
import { killCarrier, onOwnCarrier, startCarrier } from "../threading/carriers.ts";
import { openMailbox } from "../threading/mail.ts";
import { writeOut } from "../threading/output.ts";
import { reap } from "../threading/reaper.ts";
import type { Request } from "../threading/watch.ts";

const { arena, realm } = startData() as { arena: SharedArrayBuffer; realm: number };
attachArena(arena);
joinRealm(realm);
openMailbox();

function handle(request: Request): void {
  if ("watch" in request) watch(request.watch, request.port);
  else if ("start" in request) startCarrier(request.start, 1);
  else killCarrier(request.kill);
}

function watch(carrier: number, end: unknown): void {
  const port = openPort(end);
  port.onMessage(handle);
  port.onClose(() => reap(carrier));
}

onOwnCarrier(watch);
onStarterMessage(handle);

// A watchdog for tests: a process that hangs tells its state before it is ended.
const dumpAfter = Number(environment("THREADKIT_DUMP_AFTER"));
if (dumpAfter > 0) {
  setTimeout(() => {
    writeOut(2, dumpState());
    killProcess();
  }, dumpAfter);
}
