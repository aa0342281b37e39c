/** What is to be moved, not copied, when it crosses next: said by `transfer()`, heard by the encoder. */

/** Objects that are to move. A mark is used up by the crossing. */
const marks = new WeakSet<object>();

export function mark(value: object): void {
  marks.add(value);
}

export function isMarked(value: object): boolean {
  return marks.has(value);
}

/** Those of `extras` that move; their marks are used up. */
export function takeMoves(extras: readonly unknown[]): object[] {
  return (extras as object[]).filter((extra) => marks.delete(extra));
}
