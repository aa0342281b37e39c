/** A float64 in two words of a block, for values that don't change while others read them. */
import { words } from "./arena.ts";

const float = new Float64Array(1);
const bits = new Int32Array(float.buffer);

export function storeFloat(at: number, value: number): void {
  float[0] = value;
  words.set(bits, at);
}

export function loadFloat(at: number): number {
  bits[0] = words[at];
  bits[1] = words[at + 1];
  return float[0];
}
