/** The supervisor's side of the code caches: makes them when nothing else is to do, for the workers to come. */
import { load, store } from "#atomics";
import { leftovers } from "#host";
import { builder, decode } from "../capture/incoming.ts";
import { allocate } from "../memory/allocator.ts";
import { bytesAt, words } from "../memory/arena.ts";
import { adopt } from "../memory/handle.ts";
import { H_CODE_CACHE, Kind } from "../memory/layout.ts";
import { outgoing } from "../threading/outgoing.ts";
import { FILES, wholeWords } from "./cached-code.ts";
import { installOutput } from "./console.ts";

/** Leaves the caches in the arena. May be repeated. */
export function offerCodeCache(make: (file: string) => Uint8Array): void {
  if (load(words, H_CODE_CACHE) !== 0) return;
  warmUp();
  const caches = FILES.map((file) => make(file));
  const size = caches.reduce((sum, { length }) => sum + wholeWords(length), FILES.length as number);
  const at = allocate(Kind.CodeCache, size);
  let start = at + FILES.length;
  caches.forEach((cache, i) => {
    words[at + i] = cache.length;
    bytesAt(start, cache.length).set(cache);
    start += wholeWords(cache.length);
  });
  store(words, H_CODE_CACHE, at);
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
