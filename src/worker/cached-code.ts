/**
 * The code cache in the arena, as a worker finds it before it has loaded the library. The block: bytes of the
 * cache, then the cache; see code-cache.ts.
 */
import { load } from "#atomics";
import { H_CODE_CACHE } from "../memory/layout.ts";

export function cachedCode(arena: SharedArrayBuffer): Uint8Array | undefined {
  const at = load(new Int32Array(arena, 0, H_CODE_CACHE + 1), H_CODE_CACHE);
  if (at === 0) return undefined;
  const [length] = new Int32Array(arena, at * 4, 1);
  return new Uint8Array(arena, at * 4 + 4, length); // V8 reads it where it is: nobody changes it any more
}
