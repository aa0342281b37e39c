/** Bytes coming in. Every read checks its bounds: damaged bytes end in an error and never in a loop. */

import { ThreadkitError } from "../errors/errors.ts";
import { latin1Slice, ucs2Slice } from "../memory/units.ts";
import { BIGINT, BIGINT64, LATIN1, UTF16 } from "./codec.ts";

/** Bytes that `decode` cannot read: cut short, damaged, or of another version. */
export function corrupt(fact: string): ThreadkitError {
  return new ThreadkitError(
    "CORRUPT_MESSAGE",
    `cannot read a message from another thread: ${fact}. Check that one version of threadkit is loaded everywhere.`,
  );
}

/** Object keys seen before, so that a repeated key costs no new string: one for each slot, a power of two of them. */
const KEY_SLOTS = 512;
const keys: string[] = new Array(KEY_SLOTS).fill("");

export const NOTHING = new Uint8Array(0);

export class Reader {
  bytes: Uint8Array<ArrayBuffer> = NOTHING;
  end = 0;
  #view: DataView<ArrayBuffer> | undefined;
  pos = 0;

  /** Starts over with the first `end` of `bytes`. */
  protected open(bytes: Uint8Array<ArrayBuffer>, end: number): void {
    this.bytes = bytes;
    this.end = end;
    this.pos = 0;
    this.#view = undefined;
  }

  byte(): number {
    if (this.pos >= this.end) throw corrupt("it ends in the middle of a value");
    return this.bytes[this.pos++];
  }

  /** Moves over `count` bytes and returns where they start. */
  skip(count: number): number {
    const start = this.pos;
    if (count > this.end - start) throw corrupt("it ends in the middle of a value");
    this.pos = start + count;
    return start;
  }

  /** A number of things that take at least one byte each, so that damaged bytes cannot ask for gigabytes. */
  count(): number {
    const count = this.varint();
    if (count > this.end - this.pos) throw corrupt("it promises more than it holds");
    return count;
  }

  varint(): number {
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let scale = 0x80;
    do {
      byte = this.byte();
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
    } while (byte >= 0x80 && scale < 2 ** 56);
    if (byte >= 0x80 || value > Number.MAX_SAFE_INTEGER) throw corrupt("a number in it is too large");
    return value;
  }

  int(): number {
    const zigzag = this.varint();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  view(): DataView<ArrayBuffer> {
    return (this.#view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.end));
  }

  double(): number {
    return this.view().getFloat64(this.skip(8), true);
  }

  bigint(tag: number): bigint {
    if (tag === BIGINT64) return this.view().getBigInt64(this.skip(8), true);
    if (tag !== BIGINT) throw corrupt(`there is no bigint with tag ${tag}`);
    const negative = this.byte() === 1;
    const digits = this.string();
    if (!/^[0-9a-f]+$/.test(digits)) throw corrupt("a bigint in it has no digits");
    return negative ? -BigInt(`0x${digits}`) : BigInt(`0x${digits}`);
  }

  string(): string {
    return this.stringOf(this.byte());
  }

  stringOf(tag: number): string {
    if (tag >= 0x80 && tag < 0xa0) return this.#short(tag - 0x80);
    if (tag === LATIN1) {
      const length = this.count();
      const start = this.skip(length);
      return latin1Slice.call(this.bytes, start, start + length);
    }
    if (tag !== UTF16) throw corrupt(`a string stands where tag ${tag} was found`);
    const length = this.count() * 2;
    const start = this.skip(length);
    return ucs2Slice.call(this.bytes, start, start + length);
  }

  /** Up to 12 characters four at a time (8 characters: 36 ns), then the host's call. */
  #short(length: number): string {
    let at = this.skip(length);
    const { bytes } = this;
    const end = at + length;
    if (length > 12) return latin1Slice.call(bytes, at, end);
    let text = "";
    for (; at + 3 < end; at += 4) {
      text += String.fromCharCode(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
    }
    for (; at < end; at++) text += String.fromCharCode(bytes[at]);
    return text;
  }

  /** A string that comes again and again: looked up before it is made. */
  key(): string {
    const tag = this.byte();
    if (tag < 0x80 || tag >= 0xa0) return this.stringOf(tag);
    const length = tag - 0x80;
    const start = this.pos;
    if (length === 0 || length > this.end - start) return this.#short(length);
    const { bytes } = this;
    const slot =
      (bytes[start] * 31 + bytes[start + length - 1] * 7 + bytes[start + (length >> 1)] + length) &
      (KEY_SLOTS - 1);
    const known = keys[slot];
    if (known.length === length) {
      let i = 0;
      while (i < length && known.charCodeAt(i) === bytes[start + i]) i++;
      if (i === length) {
        this.pos = start + length;
        return known;
      }
    }
    return (keys[slot] = this.#short(length));
  }
}
