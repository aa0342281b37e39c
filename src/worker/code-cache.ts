/** Code caches: who makes them. Main for its first workers; the supervisor, when nothing else is to do, better ones. */
import { load, store } from "#atomics";
import { leftovers } from "#host";
import { builder, decode } from "../capture/incoming.ts";
import { allocate } from "../memory/allocator.ts";
import { bytesAt, words } from "../memory/arena.ts";
import { adopt } from "../memory/handle.ts";
import { H_CODE_CACHE, Kind } from "../memory/layout.ts";
import { outgoing } from "../threading/outgoing.ts";
import { CACHES, FILES, LENGTHS, wholeWords } from "./cached-code.ts";
import { installOutput } from "./console.ts";

/** Leaves the caches in the arena, where the next workers find them. */
export function offerCodeCache(make: (file: string) => Uint8Array | undefined): void {
  const caches = FILES.map((file) => make(file) ?? new Uint8Array());
  const size = caches.reduce((sum, { length }) => sum + wholeWords(length), CACHES as number);
  const at = allocate(Kind.CodeCache, size);
  words[at] = load(words, H_CODE_CACHE);
  let start = at + CACHES;
  caches.forEach((cache, i) => {
    words[at + LENGTHS + i] = cache.length;
    bytesAt(start, cache.length).set(cache);
    start += wholeWords(cache.length);
  });
  store(words, H_CODE_CACHE, at);
}

/** Those of all files, with all that a thread's start runs: 2 ms less than with main's, which has run other things. */
export function offerFullCodeCache(make: (file: string) => Uint8Array): void {
  warmUp();
  offerCodeCache(make);
}

/** Runs what the start of every thread runs: V8 caches only code that has run. */
function warmUp(): void {
  const unit = {
    ...{ key: "threadkit:warm", file: "threadkit:warm", line: 0, column: 0, text: "() => {}", name: "warm" },
    ...{ strict: true, isMethod: false, isClass: false, names: [], metaAt: [], importReads: [] },
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
