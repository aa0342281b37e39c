/** Which objects of a message have a reference number: a scan for a few, a map for many. */

/** Up to this many a scan is faster; a `Map` also makes V8 store a hash in every object (250 ns each). */
const SCANNED = 16;

export class Seen {
  /** The first `SCANNED` objects. Its slots serve message after message: growing a list anew costs more. */
  readonly #few: unknown[] = new Array(SCANNED).fill(undefined);
  #many: Map<object, number> | undefined;
  /** The keys of `#many` by number, for `truncate`. */
  #list: object[] = [];
  size = 0;

  /** Reference number, or -1. */
  find(value: object): number {
    if (this.#many !== undefined) return this.#many.get(value) ?? -1;
    const few = this.#few;
    const size = this.size;
    for (let i = 0; i < size; i++) if (few[i] === value) return i;
    return -1;
  }

  add(value: object): void {
    const number = this.size++;
    if (number < SCANNED && this.#many === undefined) {
      this.#few[number] = value;
      return;
    }
    if (this.#many === undefined) {
      this.#list = this.#few.slice() as object[];
      this.#many = new Map(this.#list.map((each, i) => [each, i]));
    }
    this.#many.set(value, number);
    this.#list[number] = value;
  }

  /** Forgets what was added after the first `size`. */
  truncate(size: number): void {
    if (size === 0) {
      this.#many = undefined;
      this.#list = [];
    } else if (this.#many !== undefined) {
      for (let i = size; i < this.size; i++) this.#many.delete(this.#list[i]);
    }
    for (let i = size; i < this.size && i < SCANNED; i++) this.#few[i] = undefined;
    this.size = size;
  }
}
