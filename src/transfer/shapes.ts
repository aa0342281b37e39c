/** Key lists of the objects of a message: an array of like objects writes its keys once. */

import type { Writer } from "./writer.ts";

/** How many recent shapes are compared before a list counts as new. */
const LOOKED_AT = 8;

/** Slots kept for the next message. */
const KEPT = 64;

export class Shapes {
  readonly #shapes: (readonly string[])[] = [];
  #last = 0;

  size = 0;

  truncate(size: number): void {
    this.size = size;
    this.#last = 0;
    if (this.#shapes.length > KEPT) this.#shapes.length = size;
  }

  /** Writes the number of the shape, and its keys if it is new. */
  write(writer: Writer, keys: readonly string[]): void {
    const shape = this.#find(keys);
    if (shape >= 0) {
      writer.varint(shape);
      this.#last = shape;
      return;
    }
    this.#last = this.size++;
    this.#shapes[this.#last] = keys;
    writer.varint(this.#last);
    writer.varint(keys.length);
    for (const key of keys) writer.string(key);
  }

  #find(keys: readonly string[]): number {
    const shapes = this.#shapes;
    const size = this.size;
    if (size === 0) return -1;
    if (equal(shapes[this.#last], keys)) return this.#last;
    const stop = Math.max(0, size - LOOKED_AT);
    for (let i = size - 1; i >= stop; i--) if (equal(shapes[i], keys)) return i;
    return -1;
  }
}

function equal(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
