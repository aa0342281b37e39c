/**
 * The wire format: one tag byte a value, then what the tag says. Both ends share this file and nothing else.
 *
 * ```
 * 0x00–0x7f  the integer itself
 * 0x80–0x9f  a string of 0–31 one-byte (latin1) characters, which follow
 * 0xa0–      the tags below; "varint": 7 bits a byte, lowest first, up to 2^53
 * ```
 * Every object and function takes the next reference number when its tag is read; `BACK n` is a later mention of
 * number n, so identity and cycles hold. Object keys go once a message: `OBJECT shape` names the shape by number,
 * and the first use of a number is followed by its keys.
 */

export const NULL = 0xa0;
export const UNDEFINED = 0xa1;
export const TRUE = 0xa2;
export const FALSE = 0xa3;
/** Zigzag varint. */
export const INT = 0xa4;
export const DOUBLE = 0xa5;
export const BIGINT64 = 0xa6;
/** Sign byte, then hexadecimal digits as a string. */
export const BIGINT = 0xa7;
/** varint length, bytes. */
export const LATIN1 = 0xa8;
/** varint length, UTF-16 code units, little endian: lone surrogates survive. */
export const UTF16 = 0xa9;
/** `Symbol.for(key)`. */
export const SYMBOL = 0xaa;
/** Index into `KNOWN_SYMBOLS`. */
export const KNOWN_SYMBOL = 0xab;
export const BACK = 0xac;
export const OBJECT = 0xad;
/** varint 2·length, items; or 2·length + 1, count, pairs of key (index or string) and value. */
export const ARRAY = 0xae;
export const MAP = 0xaf;
export const SET = 0xb0;
export const DATE = 0xb1;
export const REGEXP = 0xb2;
/** The primitive follows. */
export const BOXED = 0xb3;
/** varint byteLength, bytes. */
export const BUFFER = 0xb4;
/** varint maxByteLength, varint byteLength, bytes. */
export const RESIZABLE = 0xb5;
/** Index into `VIEWS`, the buffer, varint byteOffset, varint length in elements + 1 (0: follows the buffer). */
export const VIEW = 0xb6;
/** Index into the host objects that ride beside the bytes. */
export const EXTRA = 0xb7;
/** Kind and offset in the arena. */
export const HANDLE = 0xb8;
/** A `Reference` as plain data. */
export const REFERENCE = 0xb9;
/** Unit number (new: the unit as plain data), captures, own properties. */
export const FUNCTION = 0xba;
/** Class, message, stack, fields. */
export const ERROR = 0xbb;
export const URL_HREF = 0xbc;
export const SEARCH_PARAMS = 0xbd;
/** An object whose contents come later, so that depth costs no stack: the tag plus one of the four forms. */
export const LATER = 0xc0;

/** What a `LATER` object is. */
export const FORM_OBJECT = 0;
export const FORM_ARRAY = 1;
export const FORM_MAP = 2;
export const FORM_SET = 3;

/** Containers nested deeper than this are written after the rest of the message. Two frames a level. */
export const LATER_FROM = 100;
/** Functions and errors nested deeper than this (in captures, causes) are refused: they cannot come later. */
export const DEEPEST = 500;

/** Views by their place in `VIEW`. Append only. */
export const VIEWS = [
  "DataView",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "Float16Array",
] as const;

/** Built-in errors by their place in `ERROR`. Append only. */
export const ERRORS = [
  "Error",
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
  "AggregateError",
  "DOMException",
  "SuppressedError",
] as const;
/** In place of a built-in error's number: the nearest one's, the origin of the class (error-classes), its name. */
export const ERROR_TWIN = 0xfd;
/** In place of a built-in error's number: the name of a class given to `registerErrorClass`. */
export const ERROR_REGISTERED = 0xfe;
/** In place of a built-in error's number: the class itself follows. */
export const ERROR_CLASS = 0xff;

/** Symbols that every realm has. Append only. */
export const KNOWN_SYMBOLS: readonly symbol[] = [
  Symbol.iterator,
  Symbol.asyncIterator,
  Symbol.hasInstance,
  Symbol.isConcatSpreadable,
  Symbol.match,
  Symbol.matchAll,
  Symbol.replace,
  Symbol.search,
  Symbol.species,
  Symbol.split,
  Symbol.toPrimitive,
  Symbol.toStringTag,
  Symbol.unscopables,
];

/** A built-in of this realm by name, or undefined where the host has none. */
export function builtin(name: string): (new (...args: never[]) => object) | undefined {
  const found = (globalThis as Record<string, unknown>)[name];
  return typeof found === "function" ? (found as new () => object) : undefined;
}
