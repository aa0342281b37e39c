/** `with` and `withAsync` on top of acquire and release. The error of the body comes out, whatever the release says. */
import { mustBeFunction } from "./lockable.ts";

interface Holdable {
  acquire(): unknown;
  acquireAsync(): Promise<unknown>;
  release(): void;
}

export function runHolding<T>(held: Holdable, body: () => T, verb: string): T {
  mustBeFunction(body, verb);
  held.acquire();
  let result: T;
  try {
    result = body();
  } catch (error) {
    releaseAfter(held, error);
  }
  held.release();
  return result;
}

export async function runHoldingAsync<T>(
  held: Holdable,
  body: () => T | PromiseLike<T>,
  verb: string,
): Promise<T> {
  mustBeFunction(body, verb);
  await held.acquireAsync();
  let result: T;
  try {
    result = await body();
  } catch (error) {
    releaseAfter(held, error);
  }
  held.release();
  return result;
}

function releaseAfter(held: Holdable, error: unknown): never {
  try {
    held.release();
  } catch {}
  throw error;
}
