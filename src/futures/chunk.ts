/** One task of a `map`: several items. Runs in the worker. */
import { isThenable } from "../threading/thenable.ts";
import type { Task } from "./task.ts";

/** Results of the first items; `failed` holds what the next one threw. */
export interface ChunkResult {
  readonly values: unknown[];
  readonly failed?: { readonly error: unknown };
}

/** Each of `items` is an argument list. */
export function runChunk(
  fn: Task,
  items: readonly (readonly unknown[])[],
): ChunkResult | Promise<ChunkResult> {
  const values: unknown[] = [];
  for (let i = 0; i < items.length; i++) {
    try {
      const value = fn(...items[i]);
      if (isThenable(value)) return goOn(fn, items, values, i, value);
      values.push(value);
    } catch (error) {
      return { values, failed: { error } };
    }
  }
  return { values };
}

/** The same for an async function. */
export async function runChunkAsync(fn: Task, items: readonly (readonly unknown[])[]): Promise<ChunkResult> {
  return runChunk(fn, items);
}

async function goOn(
  fn: Task,
  items: readonly (readonly unknown[])[],
  values: unknown[],
  from: number,
  first: PromiseLike<unknown>,
): Promise<ChunkResult> {
  try {
    values.push(await first);
    for (let i = from + 1; i < items.length; i++) values.push(await fn(...items[i]));
    return { values };
  } catch (error) {
    return { values, failed: { error } };
  }
}
