/** The words of a model: put back for each schedule, with a fingerprint of what changed since its start. */

/** What the arena asks for at first. */
const BYTES = 2 * 1024 * 1024;

export class Memory {
  readonly buffer = new SharedArrayBuffer(BYTES);
  readonly words = new Int32Array(this.buffer);
  readonly #base = new Int32Array(this.words.length);
  readonly #dirty: number[] = [];
  readonly #isDirty = new Uint8Array(this.words.length);
  /** Sums over the words that differ from the start, so that the order of changes is of no account. */
  sum1 = 0;
  sum2 = 0;

  /** The present words are where every schedule starts. */
  keepAsBase(): void {
    this.#base.set(this.words);
    this.#clean();
  }

  reset(): void {
    for (const at of this.#dirty) this.words[at] = this.#base[at];
    this.#clean();
  }

  #clean(): void {
    for (const at of this.#dirty) this.#isDirty[at] = 0;
    this.#dirty.length = 0;
    this.sum1 = this.sum2 = 0;
  }

  /** A word at the start of the schedule. */
  before(at: number): number {
    return this.#base[at];
  }

  /** True: that changed it. */
  write(at: number, value: number): boolean {
    const before = this.words[at];
    if (this.#isDirty[at] === 0) {
      this.#isDirty[at] = 1;
      this.#dirty.push(at);
    }
    if (before === value) return false;
    this.words[at] = value;
    const base = this.#base[at];
    if (before !== base) {
      this.sum1 = (this.sum1 - mix(at, before)) | 0;
      this.sum2 = (this.sum2 - mix(before ^ 0x5bd1e995, at)) | 0;
    }
    if (value !== base) {
      this.sum1 = (this.sum1 + mix(at, value)) | 0;
      this.sum2 = (this.sum2 + mix(value ^ 0x5bd1e995, at)) | 0;
    }
    return true;
  }
}

/** A step of MurmurHash3 (Appleby, public domain) with its finaliser. */
export function mix(hash: number, value: number): number {
  let k = Math.imul(value | 0, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  let h = hash ^ k;
  h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return h ^ (h >>> 13);
}
