/** The supervisor's side of the code cache: makes it when nothing else is to do, for the workers to come. */
import { load, store } from "#atomics";
import { leftovers } from "#host";
import { builder, decode } from "../capture/incoming.ts";
import { allocate } from "../memory/allocator.ts";
import { bytesAt, words } from "../memory/arena.ts";
import { adopt } from "../memory/handle.ts";
import { H_CODE_CACHE, Kind } from "../memory/layout.ts";
import { outgoing } from "../threading/outgoing.ts";
import { installOutput } from "./console.ts";

/** Leaves the cache in the arena. May be repeated. */
export function offerCodeCache(make: () => Uint8Array): void {
  if (load(words, H_CODE_CACHE) !== 0) return;
  warmUp();
  const cache = make();
  const at = allocate(Kind.CodeCache, 1 + Math.ceil(cache.length / 4));
  words[at] = cache.length;
  bytesAt(at + 1, cache.length).set(cache);
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
