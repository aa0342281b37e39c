/** The code caches that the supervisor makes when nothing else is to do: of all files, with all that a start of a thread runs. */
import { leftovers } from "#host";
import { builder, decode } from "../capture/incoming.ts";
import { GuardStuck } from "../memory/guard.ts";
import { adopt } from "../memory/handle.ts";
import { outgoing } from "../threading/outgoing.ts";
import { offerCodeCache } from "./code-cache.ts";
import { installOutput } from "./console.ts";

/** Those of all files, with all that a thread's start runs: 2 ms less than with main's, which has run other things. */
export function offerFullCodeCache(make: (file: string) => Uint8Array): void {
  warmUp();
  try {
    offerCodeCache(make);
  } catch (error) {
    if (error instanceof GuardStuck) throw error; // tried again
    // Without memory for them workers compile, or take main's.
  }
}

/** Runs what the start of every thread runs: V8 caches only code that has run. */
function warmUp(): void {
  const unit = {
    ...{ key: "threadkit:warm", file: "threadkit:warm", line: 0, column: 0, text: "() => {}", name: "warm" },
    ...{ strict: true, isMethod: false, isClass: false, names: [], importReads: [] },
  };
  const image = { unit, captures: [], labels: [], own: [] };
  const { bytes } = outgoing().encode(
    { target: () => {}, args: [] },
    {
      label: "",
      lifter: { lift: () => image, wellKnown: () => undefined },
      shared: { offsetOf: () => undefined },
    },
  );
  decode(bytes.slice(), { extras: [], builder, adopt });
  installOutput();
  leftovers();
}
