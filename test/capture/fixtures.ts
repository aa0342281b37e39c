/** The fixtures, loaded under types that the compiler need not look for: fixtures are not part of the program. */
type AnyFunction = (...args: unknown[]) => unknown;

const at = (name: string) => new URL(`../fixtures/capture/${name}`, import.meta.url).href;
const load = async <T>(name: string) => (await import(at(name))) as T;

export const path = (name: string) => at(name);

export const modern = await load<{
  shapes: Record<string, [AnyFunction, unknown]>;
  perIteration: (() => number)[];
  thrower: AnyFunction;
}>("shapes.ts");

export const { default: classic } = await load<{
  default: { shapes: Record<string, [AnyFunction, unknown]>; outerArguments: AnyFunction };
}>("classic.cjs");

export const crlf = await load<{ where: AnyFunction; fails: AnyFunction }>("crlf.mjs");

export const refusing = await load<{
  refusals: Record<string, [AnyFunction, string, string]>;
  tooEarly: (lift: (fn: AnyFunction) => void) => unknown;
  classTooEarly: (lift: (fn: AnyFunction) => void) => unknown;
}>("refusals.ts");

export const mutating = await load<{
  changes: Record<string, AnyFunction>;
  harmless: Record<string, AnyFunction>;
}>("mutations.ts");

export const nesting = await load<{
  nested: Record<string, [AnyFunction, unknown]>;
  assigns: AnyFunction;
  throws: AnyFunction;
}>("nested.ts");
