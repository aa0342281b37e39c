/** What the parts of the encoder see of each other. */

import type { FunctionLifter, Reference } from "./boundary.ts";
import type { Action, Finding } from "./refusals.ts";
import type { Shapes } from "./shapes.ts";
import type { Trail } from "./trail.ts";
import type { Writer } from "./writer.ts";

/** Tells the library's shared objects from others. */
export interface SharedPort {
  /** Kind and arena offset, if `value` is one of the library's shared objects, or a class that crosses like one. */
  offsetOf(value: object): { kind: number; at: number } | undefined;
}

export interface EncodeOptions {
  /** How refusals name the value: `args[0]`, `captured 'cfg' (demo.ts:3:9)`. */
  readonly label: string;
  /** Absent: functions are refused. */
  readonly lifter?: FunctionLifter;
  readonly shared: SharedPort;
  /** For refusals; default: `cannot send <thing> to a thread`. */
  readonly action?: Action;
  /** Where the host can tell (`util.types.isProxy`): proxies are refused and not read through. */
  readonly isProxy?: (value: object) => boolean;
}

/** The encoder, for the files that write one kind of value each. */
export interface Walk extends Writer {
  readonly options: EncodeOptions;
  readonly trail: Trail;
  readonly shapes: Shapes;
  /** Blocks of the shared objects. */
  readonly holds: number[];
  /** Host objects that ride beside the bytes. */
  readonly extras: unknown[];
  readonly imports: Reference[];
  /** Inside an error: what cannot cross is described, not refused. */
  lenient: boolean;
  /** Writes any value; the last step of `trail` names it. */
  visit(value: unknown): void;
  /** Writes the contents that `visit` put off until now. */
  drain(work: () => void): void;
  /** Gives a value the next reference number. */
  register(value: object): void;
  refusal(found: Finding, cause?: { error: unknown }): Error;
  /** Number of a code unit within the message; `fresh` if this is its first use. */
  unit(unit: object): { readonly index: number; readonly fresh: boolean };
  /** Runs `write`; when it refuses, nothing of it is left and the refusal is returned. */
  attempt(write: () => void): Error | undefined;
}
