/** What runs first in a thread's worker. One of two files with import side effects. */
import "../public/index.ts";
import { openPort, startData } from "#host";
import { attachArena } from "../memory/arena.ts";
import { joinRealm } from "../parking/realm.ts";
import { openMailbox } from "../threading/mail.ts";
import { useLine } from "../threading/watch.ts";
import { installOutput } from "./console.ts";
import { serve } from "./serve.ts";

const { arena, realm, port, extras } = startData() as {
  arena: SharedArrayBuffer;
  realm: number;
  port: unknown;
  extras: readonly unknown[];
};
attachArena(arena);
joinRealm(realm);
useLine(openPort(port)); // its close is this thread's death notice
openMailbox();
installOutput();
void serve(realm, extras);
