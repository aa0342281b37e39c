/**
 * Values to bytes. Structured-clone semantics, with three differences: the library's shared objects and all
 * `SharedArrayBuffer`s go by reference, functions go as code (through a `FunctionLifter`), and instances of
 * classes are refused instead of losing their class.
 *
 * Depth costs no stack: containers nested deeper than `LATER_FROM` levels are written after the rest, from an
 * explicit queue, so a linked list of a million nodes crosses. Nothing of the caller's is changed.
 */

import type { Reference } from "./boundary.ts";
import { Encoder } from "./encoder.ts";
import type { EncodeOptions } from "./walk.ts";

export type { EncodeOptions, SharedPort } from "./walk.ts";

/** One message, ready to cross. */
export interface Encoded {
  /** In scratch memory that is used again: valid until the next `encode` of this realm. */
  readonly bytes: Uint8Array;
  /** Arena offsets of the shared objects in the message, each once. */
  readonly holds: number[];
  /** Host objects that cannot be bytes and ride a `postMessage` beside; the bytes hold their index. */
  readonly extras: unknown[];
  /** Imports that the other side has to await before it decodes. */
  readonly imports: Reference[];
}

/** The encoder with its scratch memory, while it is not at work (a getter may call `encode` again). */
let idle: Encoder | undefined;

/**
 * Writes `value`. Does not block.
 *
 * @returns bytes and what goes beside them
 * @throws CaptureError (`CANNOT_CROSS`) with the path to what cannot cross
 */
export function encode(value: unknown, options: EncodeOptions): Encoded {
  const encoder = idle ?? new Encoder();
  idle = undefined;
  encoder.begin(options);
  try {
    encoder.whole(value);
    const { holds, extras, imports } = encoder;
    return { bytes: encoder.written(), holds, extras, imports };
  } finally {
    encoder.end();
    idle = encoder;
  }
}
