/** The walk over bytes: each tag is read by the file that knows its kind. */

import type { Unit } from "./boundary.ts";
import * as codec from "./codec.ts";
import { readBuffer, readView } from "./decode-buffer.ts";
import { newContainer, readContents } from "./decode-container.ts";
import { readError } from "./decode-error.ts";
import { readFunction, readReference } from "./decode-function.ts";
import { PENDING, Pendings } from "./pending.ts";
import { corrupt, NOTHING, Reader } from "./reader.ts";
import type { DecodeOptions, Unwalk } from "./unwalk.ts";

/** Bytes nested deeper than this were never written by `encode`. */
const DEEPEST = codec.DEEPEST * 2 + codec.LATER_FROM;

/** Contents to be read after the rest. */
type Later = readonly [form: number, value: object];

const IDLE: DecodeOptions = {
  extras: [],
  adopt() {
    throw corrupt("nobody reads it");
  },
};

/** Serves one message after another: `begin`, `whole`, `close`. */
export class Decoder extends Reader implements Unwalk {
  options = IDLE;
  refs: unknown[] = [];
  pendings = new Pendings();
  units: Unit[] = [];
  shapes: string[][] = [];
  #later: Later[] | undefined;
  #depth = 0;

  begin(bytes: Uint8Array<ArrayBuffer>, length: number, options: DecodeOptions): void {
    this.open(bytes, length);
    this.options = options;
  }

  /** Lets go of everything of the message, however it ended. */
  close(): void {
    this.open(NOTHING, 0);
    this.options = IDLE;
    this.refs = [];
    this.shapes = [];
    if (this.units.length > 0) this.units = [];
    if (this.pendings.size > 0) this.pendings = new Pendings();
    this.#later = undefined;
    this.#depth = 0;
  }

  /** Reads a whole message. */
  whole(): unknown {
    let value = this.visit();
    if (this.#later !== undefined) this.#readLater();
    if (value === PENDING) this.pendings.note((built) => (value = built));
    if (this.pendings.size > 0) throw corrupt("a class in it was never finished");
    return value;
  }

  reserve(value?: unknown): number {
    return this.refs.push(value) - 1;
  }

  visit(): unknown {
    const tag = this.byte();
    if (tag < 0x80) return tag;
    if (tag < 0xa0) return this.stringOf(tag);
    switch (tag) {
      case codec.NULL:
        return null;
      case codec.UNDEFINED:
        return undefined;
      case codec.TRUE:
        return true;
      case codec.FALSE:
        return false;
      case codec.INT:
        return this.int();
      case codec.DOUBLE:
        return this.double();
      case codec.LATIN1:
      case codec.UTF16:
        return this.stringOf(tag);
      case codec.OBJECT:
      case codec.ARRAY:
      case codec.MAP:
      case codec.SET:
        return this.#container(tag - codec.OBJECT);
      case codec.BACK:
        return this.#back();
      default:
        return this.#rare(tag);
    }
  }

  #rare(tag: number): unknown {
    switch (tag) {
      case codec.BIGINT64:
      case codec.BIGINT:
        return this.bigint(tag);
      case codec.SYMBOL:
        return Symbol.for(this.string());
      case codec.KNOWN_SYMBOL:
        return codec.KNOWN_SYMBOLS[this.byte()] ?? this.unknown("symbol");
      case codec.DATE:
        return this.#keep(new Date(this.double()));
      case codec.REGEXP:
        return this.#keep(this.#regexp());
      case codec.BOXED:
        return this.#boxed();
      case codec.BUFFER:
      case codec.RESIZABLE:
        return readBuffer(this, tag);
      case codec.VIEW:
        return readView(this);
      case codec.EXTRA:
        return this.#extra();
      case codec.HANDLE:
        return this.#keep(this.options.adopt(this.varint(), this.varint()));
      case codec.REFERENCE:
        return readReference(this);
      case codec.FUNCTION:
        return this.#deeper(readFunction);
      case codec.ERROR:
        return this.#deeper(readError);
      case codec.URL_HREF:
        return this.#keep(new URL(this.string()));
      case codec.SEARCH_PARAMS:
        return this.#keep(new URLSearchParams(this.string()));
      default:
        if (tag >= codec.LATER && tag <= codec.LATER + codec.FORM_SET)
          return this.#postpone(tag - codec.LATER);
        throw corrupt(`there is no tag ${tag}`);
    }
  }

  unknown(what: string): never {
    throw corrupt(`it names a ${what} that is not there`);
  }

  #keep<T>(value: T): T {
    this.refs.push(value);
    return value;
  }

  #back(): unknown {
    const number = this.varint();
    if (number >= this.refs.length) this.unknown("value");
    const value = this.refs[number];
    if (value !== undefined) return value;
    if (!this.pendings.has(number)) this.unknown("value");
    this.pendings.last = number;
    return PENDING;
  }

  #regexp(): RegExp {
    const source = this.string();
    const flags = this.string();
    try {
      return new RegExp(source, flags);
    } catch {
      return this.unknown("regular expression");
    }
  }

  #boxed(): object {
    const number = this.reserve();
    const primitive = this.visit();
    if (primitive === null || primitive === undefined || typeof primitive === "object")
      this.unknown("primitive");
    return (this.refs[number] = Object(primitive) as object);
  }

  #extra(): unknown {
    const index = this.varint();
    if (index >= this.options.extras.length) this.unknown("host object");
    return this.#keep(this.options.extras[index]);
  }

  #deeper<T>(read: (walk: Unwalk) => T): T {
    if (++this.#depth > DEEPEST) throw corrupt("it is nested too deeply");
    const value = read(this);
    this.#depth--;
    return value;
  }

  #container(form: number): object {
    const value = this.#keep(newContainer(form));
    if (++this.#depth > DEEPEST) throw corrupt("it is nested too deeply");
    readContents(this, form, value);
    this.#depth--;
    return value;
  }

  #postpone(form: number): object {
    const value = this.#keep(newContainer(form));
    (this.#later ??= []).push([form, value]);
    return value;
  }

  drain<T>(work: () => T): T {
    const outer = this.#later;
    this.#later = undefined;
    const value = work();
    if (this.#later !== undefined) this.#readLater();
    this.#later = outer;
    return value;
  }

  #readLater(): void {
    const later = this.#later!;
    for (let i = 0; i < later.length; i++) {
      const [form, object] = later[i];
      later[i] = undefined as never;
      readContents(this, form, object);
    }
  }
}
