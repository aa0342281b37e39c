/** Code caches: main leaves them for its first workers, the supervisor better ones (full-code-cache.ts). */
import { load, store } from "#atomics";
import { allocate } from "../memory/allocator.ts";
import { bytesAt, words } from "../memory/arena.ts";
import { H_CODE_CACHE, Kind } from "../memory/layout.ts";
import { CACHES, FILES, LENGTHS, wholeWords } from "./cached-code.ts";

export function hasCodeCache(): boolean {
  return load(words, H_CODE_CACHE) !== 0;
}

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
