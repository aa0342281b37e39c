/**
 * Strings as cells: a block with the units of one string, which never change. A short string is put in and read in
 * 30–60 ns beside the allocation; as a message it takes ten times as long.
 *
 * words: twice the length, plus 1 if every unit fits in a byte (Latin-1); the units, four or two to a word. Units and
 * not characters: a lone surrogate is a unit like any other.
 */
import { allocate } from "../memory/allocator.ts";
import { cover, octets, words } from "../memory/arena.ts";
import { Kind } from "../memory/layout.ts";
import { latin1Slice, latin1Write, ucs2Slice, ucs2Write } from "../memory/units.ts";

const UNITS = 1;
const LATIN1 = 1;

/** Up to this length a loop over the units beats the host's call, by writing and by reading (measured at 8, 16, 32). */
const SHORT_IN = 48;
const SHORT_OUT = 12;
/** Up to this length a text is read in less time than its reference is counted up and down. */
export const BRIEF = 32;

const { fromCharCode } = String;

/** A block with `text`, and one reference, which is the caller's. */
export function packText(text: string): number {
  const { length } = text;
  const latin1 = length <= SHORT_IN ? isNarrow(text) : !/[^\0-\xff]/.test(text);
  const at = allocate(Kind.String, UNITS + (latin1 ? (length + 3) >>> 2 : (length + 1) >>> 1));
  words[at] = length * 2 + (latin1 ? LATIN1 : 0);
  if (length > SHORT_IN) {
    cover(at + UNITS + (length >>> 1));
    const start = (at + UNITS) * 4;
    if (latin1) latin1Write.call(octets, text, start, length);
    else ucs2Write.call(octets, text, start, length * 2);
  } else if (latin1) writeNarrow(text, at + UNITS);
  else writeWide(text, at + UNITS);
  return at;
}

function isNarrow(text: string): boolean {
  let all = 0;
  for (let i = 0; i < text.length; i++) all |= text.charCodeAt(i);
  return all <= 0xff;
}

function writeNarrow(text: string, to: number): void {
  const { length } = text;
  let i = 0;
  for (; i + 3 < length; i += 4)
    words[to++] =
      text.charCodeAt(i) |
      (text.charCodeAt(i + 1) << 8) |
      (text.charCodeAt(i + 2) << 16) |
      (text.charCodeAt(i + 3) << 24);
  let last = 0;
  for (let shift = 0; i < length; i++, shift += 8) last |= text.charCodeAt(i) << shift;
  if ((length & 3) !== 0) words[to] = last;
}

function writeWide(text: string, to: number): void {
  const { length } = text;
  for (let i = 0; i < length; i += 2)
    words[to++] = text.charCodeAt(i) | (i + 1 < length ? text.charCodeAt(i + 1) << 16 : 0);
}

/** The text of a block that the caller has a reference to, or reads under its container's guard. */
export function openText(at: number): string {
  const header = words[at];
  const length = header >>> 1;
  let word = at + UNITS;
  if ((header & LATIN1) === 0) {
    cover(word + (length >>> 1));
    return ucs2Slice.call(octets, word * 4, word * 4 + length * 2);
  }
  if (length > SHORT_OUT) {
    cover(word + (length >>> 2));
    return latin1Slice.call(octets, word * 4, word * 4 + length);
  }
  let text = "";
  let left = length;
  for (; left >= 4; left -= 4) {
    const units = words[word++];
    text += fromCharCode(units & 0xff, (units >>> 8) & 0xff, (units >>> 16) & 0xff, units >>> 24);
  }
  for (let units = left > 0 ? words[word] : 0; left > 0; left--, units >>>= 8)
    text += fromCharCode(units & 0xff);
  return text;
}

export function lengthOfText(at: number): number {
  return words[at] >>> 1;
}

/** From this length on the units are compared by the engine, as two strings. */
const LONG = 100;

/** Does the block hold `text`? Looked up without making a string of the block. */
export function isText(at: number, text: string): boolean {
  const header = words[at];
  const { length } = text;
  if (header >>> 1 !== length) return false;
  if (length >= LONG) return openText(at) === text;
  if ((header & LATIN1) === 0) {
    for (let i = 0, word = at + UNITS; i < length; i++)
      if (((words[word + (i >> 1)] >>> ((i & 1) << 4)) & 0xffff) !== text.charCodeAt(i)) return false;
    return true;
  }
  for (let i = 0, byte = (at + UNITS) * 4; i < length; i++)
    if (octets[byte + i] !== text.charCodeAt(i)) return false;
  return true;
}
