/**
 * Classes that are mentioned before they exist.
 *
 * A class can be built only when its captures are known, and a capture may lead back to it. Such a mention is
 * noted, a placeholder stands in its place, and it is put right as soon as the class exists.
 */

/** Stands for a class that does not exist yet; `Pendings.last` says which. Never reaches the user. */
export const PENDING: unique symbol = Symbol("threadkit.pending");

/** Puts the class where it was mentioned. */
export type Put = (value: unknown) => void;

export class Pendings {
  readonly #puts = new Map<number, Put[]>();
  /** Number of the class that the last `PENDING` stood for. */
  last = -1;

  announce(number: number): void {
    this.#puts.set(number, []);
  }

  has(number: number): boolean {
    return this.#puts.has(number);
  }

  /** Notes a mention; call it at once when `PENDING` was read. */
  note(put: Put): void {
    this.noteFor(this.last, put);
  }

  noteFor(number: number, put: Put): void {
    this.#puts.get(number)!.push(put);
  }

  settle(number: number, value: unknown): void {
    const puts = this.#puts.get(number) ?? [];
    this.#puts.delete(number);
    for (const put of puts) put(value);
  }

  get size(): number {
    return this.#puts.size;
  }
}
