/** Whether a result is still to come. */

/** Is it an object that can be awaited? Asked of every result, so that none that is there costs a turn. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" && value !== null && typeof (value as PromiseLike<unknown>).then === "function"
  );
}
