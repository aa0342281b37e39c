/** Bytes to values: the mirror of `encode`. */

import { Decoder } from "./decoder.ts";
import type { DecodeOptions } from "./unwalk.ts";

export type { DecodeOptions } from "./unwalk.ts";

/** Shared bytes are copied here first, unless they are larger or another `decode` is using it. */
const SCRATCH_SIZE = 1 << 16;

let scratch: Uint8Array<ArrayBuffer> | undefined;

/**
 * Reads what `encode` wrote. Does not block. Bytes in shared memory are copied before they are read, so nobody can
 * change them meanwhile.
 *
 * @throws ThreadkitError (`CORRUPT_MESSAGE`) for bytes that are cut short or damaged
 */
export function decode(bytes: Uint8Array, options: DecodeOptions): unknown {
  if (bytes.buffer instanceof ArrayBuffer)
    return run(bytes as Uint8Array<ArrayBuffer>, bytes.length, options);
  const length = bytes.length;
  if (length > SCRATCH_SIZE) return run(new Uint8Array(bytes), length, options);
  const copy = scratch ?? new Uint8Array(SCRATCH_SIZE);
  scratch = undefined;
  copy.set(bytes);
  try {
    return run(copy, length, options);
  } finally {
    scratch = copy;
  }
}

/** The decoder, while it is not at work (building a class may decode again). */
let idle: Decoder | undefined;

function run(bytes: Uint8Array<ArrayBuffer>, length: number, options: DecodeOptions): unknown {
  const decoder = idle ?? new Decoder();
  idle = undefined;
  decoder.begin(bytes, length, options);
  try {
    return decoder.whole();
  } finally {
    decoder.close();
    idle = decoder;
  }
}
