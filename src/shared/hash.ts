/**
 * Hashes of keys, with a secret seed for each table: nobody who chooses the keys can choose where they collide.
 * Strings go through HalfSipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 32-bit variant), two
 * units a round; a multiplicative hash would have collisions that hold for every seed. 10 characters: about 40 ns.
 */

const float = new Float64Array(1);
const bits = new Int32Array(float.buffer);

export function hashText(text: string, seed0: number, seed1: number): number {
  const { length } = text;
  const whole = length >> 1;
  let v0 = seed0;
  let v1 = seed1;
  let v2 = 0x6c796765 ^ seed0;
  let v3 = 0x74656462 ^ seed1;
  // Blocks of two units, the last one with the length and an odd unit; then three rounds with nothing.
  for (let i = 0; i < whole + 4; i++) {
    let block = 0;
    if (i < whole) block = text.charCodeAt(2 * i) | (text.charCodeAt(2 * i + 1) << 16);
    else if (i === whole) block = (length & 1 ? text.charCodeAt(length - 1) : 0) | (length << 16);
    else if (i === whole + 1) v2 ^= 0xff;
    v3 ^= block;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= block;
  }
  return v1 ^ v3;
}

/** Of an integer, or of any cell that is compared as a word. */
export function hashWord(word: number, seed: number): number {
  let h = word ^ seed;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

export function hashNumber(value: number, seed0: number, seed1: number): number {
  float[0] = Number.isNaN(value) ? Number.NaN : value; // one of its many bit patterns
  return hashWord(hashWord(bits[0], seed0) ^ bits[1], seed1);
}
