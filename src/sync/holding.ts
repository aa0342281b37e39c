/** `with` and `withAsync` on top of acquire and release. */
import { mustBeFunction } from "./lockable.ts";

interface Holdable {
  acquire(): unknown;
  acquireAsync(): Promise<unknown>;
  release(): void;
}

export function runHolding<T>(held: Holdable, body: () => T, verb: string): T {
  mustBeFunction(body, verb);
  held.acquire();
  try {
    return body();
  } finally {
    held.release();
  }
}

export async function runHoldingAsync<T>(
  held: Holdable,
  body: () => T | PromiseLike<T>,
  verb: string,
): Promise<T> {
  mustBeFunction(body, verb);
  await held.acquireAsync();
  try {
    return await body();
  } finally {
    held.release();
  }
}
