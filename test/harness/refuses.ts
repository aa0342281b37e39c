/** Asserting a refusal: its class, its code and every word of its sentence. */
import assert from "node:assert/strict";

type ErrorClass = abstract new (...args: never[]) => Error;

function check(error: unknown, type: ErrorClass, code: string, message: string | RegExp): true {
  assert.ok(error instanceof type, `a ${type.name} was expected, not ${error}`);
  const found = error as Error & { code?: string };
  assert.equal(found.code, code);
  if (typeof message === "string") assert.equal(found.message, message);
  else assert.match(found.message, message);
  return true;
}

export function refuses(call: () => unknown, type: ErrorClass, code: string, message: string | RegExp): void {
  assert.throws(call, (error) => check(error, type, code, message));
}

export async function refusesAsync(
  call: () => unknown,
  type: ErrorClass,
  code: string,
  message: string | RegExp,
): Promise<void> {
  await assert.rejects(
    async () => call(),
    (error) => check(error, type, code, message),
  );
}
