/**
 * Is a history of concurrent operations linearizable: is there an order of single steps, one for each operation
 * between its call and its return, in which a sequential model gives the same results?
 *
 * The search is Wing and Gong's (Testing and verifying concurrent objects, 1993) with Lowe's memory of what was tried
 * (Testing for linearizability, 2017): the set of operations done and the state that they led to.
 */

/** One call. Times are of any clock that all threads share and that tells before from after, such as a counter. */
export interface Operation<C, R> {
  readonly call: C;
  readonly called: number;
  /** Infinity: it never returned, as its thread was killed in it. It may have been done or not. */
  readonly returned: number;
  readonly result?: R;
  /** For messages. */
  readonly thread?: number;
}

/** What the operations do one after the other. States are values: `apply` makes a new one. */
export interface Model<S, C, R> {
  readonly initial: S;
  apply(state: S, call: C): { state: S; result: R };
  /** Equal for equal states only. Default: JSON. */
  key?(state: S): string;
  /** Default: equal as JSON. */
  same?(expected: R, got: R | undefined): boolean;
}

/**
 * The operations in an order that explains the history; undefined if there is none.
 * The time goes up with the number of operations that overlap, so histories are to be short, and many.
 */
export function linearize<S, C, R>(
  history: readonly Operation<C, R>[],
  model: Model<S, C, R>,
): Operation<C, R>[] | undefined {
  const { key = JSON.stringify, same = sameJson } = model;
  const all = [...history].sort((a, b) => a.called - b.called);
  const seen = new Set<string>();
  const order: Operation<C, R>[] = [];

  function search(done: bigint, state: S): boolean {
    // 1. All that returned are explained.
    const open = all.filter((_, i) => !((done >> BigInt(i)) & 1n));
    const deadline = Math.min(...open.map((operation) => operation.returned));
    if (deadline === Number.POSITIVE_INFINITY) return true;
    // 2. This was tried by another way.
    const place = `${done} ${key(state)}`;
    if (seen.has(place)) return false;
    seen.add(place);
    // 3. Next may be whatever was called before the first return.
    for (let i = 0; i < all.length; i++) {
      const operation = all[i];
      if (operation.called > deadline) break;
      if ((done >> BigInt(i)) & 1n) continue;
      const { state: next, result } = model.apply(state, operation.call);
      const pending = operation.returned === Number.POSITIVE_INFINITY;
      if (!pending && !same(result, operation.result)) continue;
      order.push(operation);
      if (search(done | (1n << BigInt(i)), next)) return true;
      order.pop();
    }
    return false;
  }

  return search(0n, model.initial) ? order : undefined;
}

function sameJson(expected: unknown, got: unknown): boolean {
  return JSON.stringify(expected) === JSON.stringify(got);
}

/** @throws Error that shows the history, if nothing explains it; `where` says how to get it again */
export function mustLinearize<S, C, R>(
  history: readonly Operation<C, R>[],
  model: Model<S, C, R>,
  where: string,
): void {
  if (linearize(history, model) !== undefined) return;
  const lines = [...history]
    .sort((a, b) => a.called - b.called)
    .map(
      ({ thread, call, called, returned, result }) =>
        `  thread ${thread}: [${called}, ${returned}] ${JSON.stringify(call)} → ${JSON.stringify(result)}`,
    );
  throw new Error(`${where}: no order of these explains the results:\n${lines.join("\n")}`);
}
