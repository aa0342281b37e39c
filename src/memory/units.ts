/** Code units of strings in bytes, a byte (Latin-1) or two each: in and out, lone surrogates included. */

/** `fromCharCode` takes its units as arguments, and the stack bounds their number. */
const UNITS_A_CALL = 4096;

const { fromCharCode } = String;

export function textOf(units: Uint8Array | Uint16Array): string {
  let text = "";
  for (let i = 0; i < units.length; i += UNITS_A_CALL)
    text += fromCharCode.apply(null, units.subarray(i, i + UNITS_A_CALL) as unknown as number[]);
  return text;
}

type Slice = (this: Uint8Array, start: number, end: number) => string;
type Write = (this: Uint8Array, text: string, start: number, bytes: number) => unknown;

/** The host's own conversion where it has one (Node, Bun): 65 ns whatever the length; else a portable one. */
function hosts<F>(name: string, portable: F): F {
  const buffer = (globalThis as { Buffer?: { prototype: Record<string, unknown> } }).Buffer;
  const found = buffer?.prototype[name];
  return typeof found === "function" ? (found as F) : portable;
}

/** @internal Exported for tests: hosts without `Buffer` use these. */
export const portable = {
  latin1Slice(this: Uint8Array, start: number, end: number): string {
    return textOf(this.subarray(start, end));
  },
  ucs2Slice(this: Uint8Array, start: number, end: number): string {
    return textOf(new Uint16Array(this.slice(start, end).buffer)); // `start` may be odd
  },
  latin1Write(this: Uint8Array, text: string, start: number): void {
    for (let i = 0; i < text.length; i++) this[start + i] = text.charCodeAt(i);
  },
  /** To an even `start`. */
  ucs2Write(this: Uint8Array, text: string, start: number): void {
    const units = new Uint16Array(this.buffer, this.byteOffset + start, text.length);
    for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  },
};

export const latin1Slice = hosts<Slice>("latin1Slice", portable.latin1Slice);
export const ucs2Slice = hosts<Slice>("ucs2Slice", portable.ucs2Slice);
export const latin1Write = hosts<Write>("latin1Write", portable.latin1Write);
export const ucs2Write = hosts<Write>("ucs2Write", portable.ucs2Write);
