/** transfer: says that buffers and ports move to the thread that gets them. */
import { describe, typeError } from "../errors/errors.ts";
import { mark } from "../transfer/marks.ts";

/** What can move: an ArrayBuffer, a MessagePort, a stream and what else the runtime can transfer. */
export type Transferable = ArrayBuffer | object;

/**
 * Marks what is to move, not to be copied, when `value` crosses next: as an argument or the result of a task or a
 * thread. The sender's buffer is empty from then on. Does not block.
 * @param value anything that can cross; it is returned
 * @param list what moves. Default: `value` itself, or the buffer that it is a view on; of an array or a plain object,
 *   those of its items
 * @throws TypeError (INVALID_ARGUMENT) if there is nothing in it that could move
 *
 * @example
 * ```ts run
 * import { ThreadPoolExecutor, transfer } from "threadkit";
 * using pool = new ThreadPoolExecutor(1);
 * const pixels = new Uint8Array(1_000_000);
 * const fill = (p: Uint8Array) => transfer(p.fill(7));
 * const filled = await pool.submit(fill, transfer(pixels));
 * console.log(pixels.length, filled.length, filled[0]); // 0 1000000 7
 * ```
 */
export function transfer<T>(value: T, list?: readonly Transferable[]): T {
  if (list !== undefined && !Array.isArray(list)) {
    throw typeError(
      "INVALID_ARGUMENT",
      `cannot transfer: the list is ${describe(list)}. Give an array of buffers and ports.`,
    );
  }
  const moves = (list ?? found(value)).map(movable);
  if (moves.length === 0 && list === undefined) {
    throw typeError(
      "INVALID_ARGUMENT",
      `cannot transfer: there is nothing in ${describe(value)} that could move. Give an ArrayBuffer, a view on one or a MessagePort, or a list of them.`,
    );
  }
  for (const move of moves) mark(move);
  return value;
}

/** What of a value would move: itself, or its items. */
function found(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  if (isMovable(value)) return [value];
  const items = Array.isArray(value) ? value : isPlain(value) ? Object.values(value) : [];
  return items.filter((item) => typeof item === "object" && item !== null && isMovable(item));
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

const CLASSES = (
  "MessagePort ReadableStream WritableStream TransformStream FileHandle " +
  "OffscreenCanvas ImageBitmap VideoFrame AudioData RTCDataChannel MediaStreamTrack"
).split(" ");

function isMovable(value: object): boolean {
  if (ArrayBuffer.isView(value)) return value.buffer instanceof ArrayBuffer;
  return value instanceof ArrayBuffer || CLASSES.includes(value.constructor?.name);
}

/** A view moves with its buffer. */
function movable(value: unknown): object {
  if (typeof value === "object" && value !== null && isMovable(value))
    return ArrayBuffer.isView(value) ? value.buffer : value;
  throw typeError(
    "INVALID_ARGUMENT",
    `cannot transfer: ${describe(value)} can't move. Give ArrayBuffers, views on them and MessagePorts.`,
  );
}
