/**
 * Buffers and the views on them. Views that share a buffer share it on the other side too; a Node `Buffer` arrives
 * as a `Uint8Array`, as with structured clone.
 */

import * as codec from "./codec.ts";
import { getter, slot } from "./encode-object.ts";
import { DETACHED, hollow, OUT_OF_BOUNDS } from "./refusals.ts";
import { STEP_KEY } from "./trail.ts";
import type { Walk } from "./walk.ts";

const TypedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const nameOf = getter(TypedArray, Symbol.toStringTag);
const lengthOf = getter(TypedArray, "length") as () => number;
const typedOffsetOf = getter(TypedArray, "byteOffset") as () => number;
const typedBufferOf = getter(TypedArray, "buffer") as () => ArrayBuffer;
const dataBufferOf = getter(DataView.prototype, "buffer") as () => ArrayBuffer;
const byteLengthOf = getter(ArrayBuffer.prototype, "byteLength") as () => number;

export function writeBuffer(walk: Walk, value: object): void {
  const buffer = value as ArrayBuffer;
  const length = slot(walk, value, () => byteLengthOf.call(buffer));
  const bytes = attached(walk, buffer);
  walk.register(buffer);
  if (buffer.resizable) {
    walk.byte(codec.RESIZABLE);
    walk.varint(buffer.maxByteLength);
  } else walk.byte(codec.BUFFER);
  walk.varint(length);
  walk.raw(bytes);
}

/** All bytes of a buffer. Only a constructor tells a detached buffer from an empty one on every Node. */
function attached(walk: Walk, buffer: ArrayBuffer): Uint8Array {
  try {
    return new Uint8Array(buffer);
  } catch {
    throw walk.refusal(DETACHED);
  }
}

export function writeView(walk: Walk, value: object): void {
  const name = nameOf.call(value) as (typeof codec.VIEWS)[number] | undefined;
  const kind = name === undefined ? 0 : codec.VIEWS.indexOf(name);
  if (kind < 0) throw walk.refusal(hollow(value));
  const buffer = slot(walk, value, () => (kind === 0 ? dataBufferOf.call(value) : typedBufferOf.call(value)));
  const { offset, length, size } =
    kind === 0 ? dataWindow(walk, value as DataView) : typedWindow(walk, value);
  // A view that follows the length of its buffer cannot be told from one that happens to end with it.
  const resizable = buffer.resizable || (buffer as { growable?: boolean }).growable === true;
  const follows = resizable && Math.floor((buffer.byteLength - offset) / size) === length;
  walk.register(value);
  walk.byte(codec.VIEW);
  walk.byte(kind);
  if (pooled(value, buffer)) {
    writeWindow(walk, value as Uint8Array);
    return;
  }
  const { trail } = walk;
  const step = trail.enter(STEP_KEY);
  trail.at[step] = "buffer";
  walk.visit(buffer);
  trail.depth = step;
  walk.varint(offset);
  walk.varint(follows ? 0 : length + 1);
}

interface Window {
  readonly offset: number;
  readonly length: number;
  readonly size: number;
}

/** The getters of a `DataView` throw when its buffer is detached or too short. */
function dataWindow(walk: Walk, view: DataView): Window {
  if (view.buffer instanceof ArrayBuffer) attached(walk, view.buffer);
  try {
    return { offset: view.byteOffset, length: view.byteLength, size: 1 };
  } catch {
    throw walk.refusal(OUT_OF_BOUNDS);
  }
}

/** The getters of a typed array say 0 when its buffer is detached or too short: a probe tells. */
function typedWindow(walk: Walk, value: object): Window {
  const buffer = typedBufferOf.call(value);
  if (buffer.byteLength === 0 && buffer instanceof ArrayBuffer) attached(walk, buffer);
  const view = value as Uint8Array;
  const window = {
    offset: typedOffsetOf.call(view),
    length: lengthOf.call(view),
    size: view.BYTES_PER_ELEMENT,
  };
  if (window.length === 0 && window.offset === 0 && buffer.resizable && isOutOfBounds(view)) {
    throw walk.refusal(OUT_OF_BOUNDS);
  }
  return window;
}

function isOutOfBounds(view: Uint8Array): boolean {
  try {
    Uint8Array.prototype.values.call(view);
    return false;
  } catch {
    return true;
  }
}

/**
 * Small Node `Buffer`s share a pool with strangers. Only the window is sent: the whole pool would cost 8 KB each
 * and show the other thread what it has no business with.
 */
function pooled(value: object, buffer: ArrayBuffer): boolean {
  const Buffer = codec.builtin("Buffer") as ((new () => object) & { poolSize?: number }) | undefined;
  if (Buffer?.poolSize === undefined || Object.getPrototypeOf(value) !== Buffer.prototype) return false;
  // Node takes from the pool what is smaller than half of it; Node 26 makes it 64 bytes larger than it says.
  const size = Buffer.poolSize;
  const isPool = buffer.byteLength >= size && buffer.byteLength <= size + 64;
  return isPool && (value as Uint8Array).length < size / 2;
}

function writeWindow(walk: Walk, value: Uint8Array): void {
  // The window stands for its buffer, under a number that nobody refers to.
  walk.register({});
  walk.byte(codec.BUFFER);
  walk.varint(value.length);
  walk.raw(value);
  walk.varint(0);
  walk.varint(value.length + 1);
}
