/** What runs first in a thread's worker. */
import { openPort, startData } from "#host";
import { attachArena } from "../memory/arena.ts";
import { joinRealm } from "../parking/realm.ts";
import { openMailbox } from "../threading/mail.ts";
import { useLine } from "../threading/watch.ts";
import { installOutput } from "./console.ts";
import { serve } from "./serve.ts";

/** Makes this worker a carrier. */
export function runWorker(): void {
  const { arena, realm, port, extras } = startData() as unknown as StartData;
  attachArena(arena);
  joinRealm(realm);
  useLine(openPort(port)); // its close is this thread's death notice
  openMailbox();
  installOutput();
  void serve(realm, extras);
}

interface StartData {
  arena: SharedArrayBuffer;
  realm: number;
  port: unknown;
  extras: readonly unknown[];
}
