/** `with` and `withAsync` on top of acquire and release. The error of the body comes out, whatever the release says. */
import { describe, typeError } from "../errors/errors.ts";

interface Holdable {
  acquire(): unknown;
  acquireAsync(): Promise<unknown>;
  release(): void;
}

/** Does the error of a body say that it has `held` no more? Then it must not be released. */
type IsLost<H> = (held: H, error: unknown) => boolean;

export function runHolding<T, H extends Holdable>(
  held: H,
  body: () => T,
  verb: string,
  isLost?: IsLost<H>,
): T {
  mustBeFunction(body, verb);
  held.acquire();
  let result: T;
  try {
    result = body();
  } catch (error) {
    releaseAfter(held, error, isLost);
  }
  held.release();
  return result;
}

export async function runHoldingAsync<T, H extends Holdable>(
  held: H,
  body: () => T | PromiseLike<T>,
  verb: string,
  isLost?: IsLost<H>,
): Promise<T> {
  mustBeFunction(body, verb);
  await held.acquireAsync();
  let result: T;
  try {
    result = await body();
  } catch (error) {
    releaseAfter(held, error, isLost);
  }
  held.release();
  return result;
}

function releaseAfter<H extends Holdable>(held: H, error: unknown, isLost?: IsLost<H>): never {
  try {
    if (isLost?.(held, error) !== true) held.release();
  } catch {}
  throw error;
}

function mustBeFunction(body: unknown, verb: string): void {
  if (typeof body !== "function") {
    throw typeError("INVALID_ARGUMENT", `cannot ${verb}: the body is ${describe(body)}. Give a function.`);
  }
}
