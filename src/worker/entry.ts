/** What runs first in a thread's worker. */

import { or } from "#atomics";
import { exitThread, openPort, startData } from "#host";
import { attachArena, words } from "../memory/arena.ts";
import { BOOTED, CONDEMNED, R_BOOTED } from "../parking/layout.ts";
import { joinRealm } from "../parking/realm.ts";
import { openMailbox } from "../threading/mail.ts";
import { useLine } from "../threading/watch.ts";
import { installOutput } from "./console.ts";
import { serve } from "./serve.ts";

/** Makes this worker a carrier. */
export function runWorker(): void {
  const { arena, realm, port, extras, dedicated } = startData() as unknown as StartData;
  attachArena(arena);
  joinRealm(realm);
  useLine(openPort(port)); // its close is this thread's death notice
  if (or(words, realm + R_BOOTED, BOOTED) & CONDEMNED) exitThread();
  openMailbox();
  installOutput();
  void serve(realm, extras, dedicated);
}

interface StartData {
  arena: SharedArrayBuffer;
  realm: number;
  port: unknown;
  /** Of its first thread, if it was started for one. */
  extras: readonly unknown[] | undefined;
  /** It has limits of its own, and serves one thread only. */
  dedicated: boolean;
}
