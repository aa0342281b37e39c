/** The walk over a value: finds out what each part is and hands it to the file that writes its kind. */

import { CaptureError } from "../errors/errors.ts";
import type { Reference } from "./boundary.ts";
import { Symbolic } from "./boundary.ts";
import * as codec from "./codec.ts";
import { writeBuffer, writeView } from "./encode-buffer.ts";
import { writeContents } from "./encode-container.ts";
import { writeError } from "./encode-error.ts";
import { writeFunction, writeHandle, writeReference } from "./encode-function.ts";
import { getter, slot, writeBoxed, writeDate, writeHref, writeRegExp, writeSymbol } from "./encode-object.ts";
import { kindOf } from "./kinds.ts";
import { isMarked } from "./marks.ts";
import * as refusals from "./refusals.ts";
import { Seen } from "./seen.ts";
import { Shapes } from "./shapes.ts";
import { type Path, Trail } from "./trail.ts";
import type { EncodeOptions, Walk } from "./walk.ts";
import { Writer } from "./writer.ts";

const sizeOfMap = getter(Map.prototype, "size");
const sizeOfSet = getter(Set.prototype, "size");

/** A container whose contents are put off. */
interface Later {
  readonly form: number;
  readonly value: object;
  readonly path: Path;
  readonly lenient: boolean;
}

/** Bytes of a new buffer: most messages fit. */
const BORN = 1 << 14;
/** One that has grown beyond this is given back when the next message begins: until then its bytes are in use. */
const KEPT = 1 << 20;

const IDLE: EncodeOptions = { label: "", shared: { offsetOf: () => undefined } };

/** Serves one message after another: `begin`, `whole`, `end`. */
export class Encoder extends Writer implements Walk {
  options = IDLE;
  readonly trail = new Trail();
  readonly shapes = new Shapes();
  holds: number[] = [];
  extras: unknown[] = [];
  imports: Reference[] = [];
  lenient = false;
  readonly #seen = new Seen();
  #units: object[] | undefined;
  #later: Later[] | undefined;

  constructor() {
    super(new Uint8Array(BORN));
  }

  begin(options: EncodeOptions): void {
    this.options = options;
    this.trail.reset(options.label);
    this.pos = 0;
    if (this.bytes.length > KEPT) this.replace(new Uint8Array(BORN));
    this.lenient = false;
    this.holds = [];
    this.extras = [];
    this.imports = [];
  }

  /** Lets go of everything of the caller's, however the message ended. */
  end(): void {
    this.options = IDLE;
    this.shapes.truncate(0);
    this.#seen.truncate(0);
    this.#units = this.#later = undefined;
  }

  visit(value: unknown): void {
    switch (typeof value) {
      case "string":
        this.string(value);
        return;
      case "number":
        this.number(value);
        return;
      case "boolean":
        this.byte(value ? codec.TRUE : codec.FALSE);
        return;
      case "undefined":
        this.byte(codec.UNDEFINED);
        return;
      case "bigint":
        this.bigint(value);
        return;
      default:
        if (value === null) this.byte(codec.NULL);
        else if (this.lenient) this.#describe(value as object | symbol);
        else this.#visit(value as object | symbol);
    }
  }

  #visit(found: object | symbol): void {
    let value = found;
    const canonical = typeof value === "function" ? this.options.lifter?.canonical : undefined;
    if (canonical !== undefined) value = canonical(value as () => unknown);
    const seen = typeof value === "symbol" ? -1 : this.#seen.find(value);
    if (seen >= 0) {
      this.byte(codec.BACK);
      this.varint(seen);
    } else if (typeof value === "object") this.#object(value);
    else if (typeof value === "function") writeFunction(this, value as () => unknown);
    else writeSymbol(this, value);
  }

  /** Inside an error: a value that is refused becomes a description of itself. */
  #describe(value: object | symbol): void {
    const refused = this.attempt(() => {
      // A function with a described capture would not work: it crosses whole or not at all.
      if (typeof value === "function") this.lenient = false;
      this.#visit(value);
    });
    if (refused) this.string(refusals.placeholder(value));
  }

  #object(value: object): void {
    const { lifter, isProxy } = this.options;
    if (isProxy?.(value)) throw this.refusal(refusals.PROXY);
    const prototype = this.#prototypeOf(value);
    const symbolic = prototype === Symbolic.prototype ? (value as Symbolic) : lifter?.wellKnown(value);
    if (symbolic !== undefined) {
      this.register(value);
      writeReference(this, symbolic);
    } else if (prototype === Object.prototype) this.#container(codec.FORM_OBJECT, value);
    else if (prototype === Array.prototype && Array.isArray(value)) this.#container(codec.FORM_ARRAY, value);
    else this.#exotic(value, prototype);
  }

  #prototypeOf(value: object): object | null {
    try {
      return Object.getPrototypeOf(value);
    } catch {
      throw this.refusal(refusals.PROXY);
    }
  }

  #exotic(value: object, prototype: object | null): void {
    const handle = this.options.shared.offsetOf(value);
    if (handle !== undefined) writeHandle(this, value, handle);
    else if (isMarked(value)) this.#extra(value);
    else this.#byKind(value, prototype);
  }

  #byKind(value: object, prototype: object | null): void {
    switch (kindOf(value, prototype)) {
      case "object":
        this.#container(codec.FORM_OBJECT, value);
        return;
      case "array":
        if (!Array.isArray(value)) throw this.refusal(refusals.hollow(value));
        this.#container(codec.FORM_ARRAY, value);
        return;
      case "map":
        slot(this, value, () => sizeOfMap.call(value));
        this.#container(codec.FORM_MAP, value);
        return;
      case "set":
        slot(this, value, () => sizeOfSet.call(value));
        this.#container(codec.FORM_SET, value);
        return;
      case "date":
        writeDate(this, value);
        return;
      case "regexp":
        writeRegExp(this, value);
        return;
      case "boxed":
        writeBoxed(this, value);
        return;
      case "buffer":
        writeBuffer(this, value);
        return;
      case "view":
        writeView(this, value);
        return;
      case "error":
        writeError(this, value);
        return;
      case "url":
        writeHref(this, value, codec.URL_HREF);
        return;
      case "search":
        writeHref(this, value, codec.SEARCH_PARAMS);
        return;
      case "shared":
      case "rides":
        this.#extra(value);
        return;
      case "memory":
        if (Reflect.get(value, "buffer") instanceof ArrayBuffer) throw this.refusal(refusals.UNSHARED_MEMORY);
        this.#extra(value);
        return;
      case "port":
        throw this.refusal(refusals.PORT);
      default:
        throw this.refusal(refusals.unsendable(value));
    }
  }

  #extra(value: object): void {
    this.register(value);
    this.byte(codec.EXTRA);
    this.varint(this.extras.push(value) - 1);
  }

  #container(form: number, value: object): void {
    this.register(value);
    if (this.trail.depth < codec.LATER_FROM) {
      this.byte(codec.OBJECT + form);
      writeContents(this, form, value);
    } else {
      this.byte(codec.LATER + form);
      (this.#later ??= []).push({ form, value, path: this.trail.path(), lenient: this.lenient });
    }
  }

  register(value: object): void {
    this.#seen.add(value);
  }

  refusal(found: refusals.Finding, cause?: { error: unknown }): CaptureError {
    return refusals.refuse(this.options.action ?? refusals.SEND, this.trail, found, cause);
  }

  unit(unit: object): { readonly index: number; readonly fresh: boolean } {
    const units = (this.#units ??= []);
    const index = units.indexOf(unit);
    return index >= 0 ? { index, fresh: false } : { index: units.push(unit) - 1, fresh: true };
  }

  /** Writes a whole message. */
  whole(value: unknown): void {
    this.visit(value);
    if (this.#later !== undefined) this.#writeLater();
  }

  drain(work: () => void): void {
    const outer = this.#later;
    this.#later = undefined;
    work();
    if (this.#later !== undefined) this.#writeLater();
    this.#later = outer;
  }

  #writeLater(): void {
    const { trail, lenient } = this;
    const { root, base, depth } = trail;
    const later = this.#later!;
    for (let i = 0; i < later.length; i++) {
      const item = later[i];
      later[i] = undefined as never;
      trail.root = item.path;
      trail.base = trail.depth = depth;
      this.lenient = item.lenient;
      writeContents(this, item.form, item.value);
    }
    Object.assign(trail, { root, base, depth });
    this.lenient = lenient;
  }

  attempt(write: () => void): Error | undefined {
    const { trail, pos, lenient } = this;
    const { root, base, depth } = trail;
    const sizes = [this.holds, this.extras, this.imports, (this.#units ??= []), (this.#later ??= [])].map(
      (list) => ({ list, length: list.length }),
    );
    const later = this.#later;
    const seen = this.#seen.size;
    const shapes = this.shapes.size;
    try {
      write();
      this.lenient = lenient;
      return undefined;
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      Object.assign(trail, { root, base, depth });
      for (const { list, length } of sizes) list.length = length;
      this.#later = later;
      this.#seen.truncate(seen);
      this.shapes.truncate(shapes);
      this.pos = pos;
      this.lenient = lenient;
      return error;
    }
  }
}
