/**
 * The code caches in the arena, as a worker finds them before it has loaded the library. Their block: the block that it
 * took the place of, which somebody may read still, or 0; bytes of each file's cache, in the order of FILES, 0: it has
 * none; then the caches, each from a whole word on; see code-cache.ts.
 */
import { load } from "#atomics";
import { H_CODE_CACHE } from "../memory/layout.ts";

export const FILES = ["core.cjs", "outgoing.cjs", "data.cjs", "pools.cjs"] as const;

/** Where in the block the lengths stand, and where the caches begin. */
export const LENGTHS = 1;
export const CACHES = LENGTHS + FILES.length;

export function cachedCode(arena: SharedArrayBuffer, file: string): Uint8Array | undefined {
  const at = load(new Int32Array(arena, 0, H_CODE_CACHE + 1), H_CODE_CACHE);
  if (at === 0) return undefined;
  const lengths = new Int32Array(arena, (at + LENGTHS) * 4, FILES.length);
  let start = (at + CACHES) * 4;
  for (let i = 0; i < FILES.length; i++) {
    // V8 reads it where it is: nobody changes it any more.
    if (FILES[i] === file) return lengths[i] === 0 ? undefined : new Uint8Array(arena, start, lengths[i]);
    start += wholeWords(lengths[i]) * 4;
  }
  return undefined;
}

export function wholeWords(bytes: number): number {
  return Math.ceil(bytes / 4);
}
