/** Buffers and views coming in. */

import * as codec from "./codec.ts";
import { corrupt } from "./reader.ts";
import type { Unwalk } from "./unwalk.ts";

type ViewClass = new (buffer: ArrayBufferLike, offset: number, length?: number) => object;

export function readBuffer(walk: Unwalk, tag: number): ArrayBuffer {
  const most = tag === codec.RESIZABLE ? walk.varint() : undefined;
  const length = walk.count();
  const start = walk.skip(length);
  if (most !== undefined && most < length) throw corrupt("a buffer in it is larger than it may grow");
  const buffer = most === undefined ? new ArrayBuffer(length) : resizable(length, most);
  new Uint8Array(buffer).set(walk.bytes.subarray(start, start + length));
  walk.reserve(buffer);
  return buffer;
}

function resizable(length: number, maxByteLength: number): ArrayBuffer {
  try {
    return new ArrayBuffer(length, { maxByteLength });
  } catch {
    throw corrupt(`a buffer in it may grow to ${maxByteLength} bytes, more than there is room for`);
  }
}

export function readView(walk: Unwalk): object {
  const name = codec.VIEWS[walk.byte()];
  const number = walk.reserve();
  const buffer = walk.visit();
  const offset = walk.varint();
  const length = walk.varint();
  const View = name === undefined ? undefined : (codec.builtin(name) as unknown as ViewClass | undefined);
  if (View === undefined) throw corrupt(`this runtime has no view of kind ${name ?? "unknown"}`);
  try {
    return (walk.refs[number] = new View(
      buffer as ArrayBuffer,
      offset,
      length === 0 ? undefined : length - 1,
    ));
  } catch {
    throw corrupt(`a ${name} in it does not fit its buffer`);
  }
}
