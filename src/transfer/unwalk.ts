/** What the parts of the decoder see of each other. */

import type { FunctionBuilder, Unit } from "./boundary.ts";
import type { Pendings } from "./pending.ts";
import type { Reader } from "./reader.ts";

export interface DecodeOptions {
  /** What rode beside the bytes, in the order of `Encoded.extras`. */
  readonly extras: readonly unknown[];
  /** Absent: bytes with functions or references are an error. */
  readonly builder?: FunctionBuilder;
  /** The handle of a shared object in this realm. */
  adopt(kind: number, at: number): object;
}

/** The decoder, for the files that read one kind of value each. */
export interface Unwalk extends Reader {
  readonly options: DecodeOptions;
  /** Every object and function, by its reference number. */
  readonly refs: unknown[];
  readonly pendings: Pendings;
  readonly units: Unit[];
  /** Key lists of the objects so far. */
  readonly shapes: string[][];
  /** Reads any value; `PENDING` for a class that does not exist yet: note where it belongs. */
  visit(): unknown;
  /** Runs `work`, then reads the contents that were put off meanwhile. */
  drain<T>(work: () => T): T;
  unknown(what: string): never;
  /** Takes the next reference number; the value may follow. */
  reserve(value?: unknown): number;
}
