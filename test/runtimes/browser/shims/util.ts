/** In the place of node:util in a browser. */
const kInspect = Symbol.for("nodejs.util.inspect.custom");

/** Shared objects print themselves by this method; nothing else of it is needed. */
export function inspect(value: unknown): string {
  const own = (value as Record<symbol, unknown>)?.[kInspect];
  return typeof own === "function" ? String(own.call(value, 2, {}, inspect)) : String(value);
}
