/** Strings in the arena: a block with the length and the UTF-16 code units, never changed. */
import { allocate } from "./allocator.ts";
import { bytesAt, cover, words } from "./arena.ts";
import { Kind } from "./layout.ts";
import { textOf } from "./units.ts";

export function storeText(text: string): number {
  const at = allocate(Kind.Text, 1 + Math.ceil(text.length / 2));
  words[at] = text.length;
  const units = unitsAt(at);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return at;
}

export function readText(at: number): string {
  return textOf(unitsAt(at));
}

function unitsAt(at: number): Uint16Array {
  const { buffer, byteOffset } = bytesAt(at + 1, cover(at)[at] * 2);
  return new Uint16Array(buffer, byteOffset, words[at]);
}
