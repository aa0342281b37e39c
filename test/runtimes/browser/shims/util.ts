/** In the place of node:util in a browser: as much of `inspect` as the tests look at. */
const kInspect = Symbol.for("nodejs.util.inspect.custom");

export function inspect(value: unknown, options: object = {}): string {
  if (typeof value === "string") return `'${value.replaceAll("'", "\\'")}'`;
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return String(value);
  const own = (value as Record<symbol, unknown>)[kInspect];
  if (typeof own === "function") {
    const shown: unknown = own.call(value, 2, options, inspect);
    return typeof shown === "string" ? shown : inspect(shown, options);
  }
  if (Array.isArray(value))
    return list(
      "[",
      value.map((item) => inspect(item, options)),
      "]",
    );
  if (value instanceof Map)
    return list(
      `Map(${value.size}) {`,
      [...value].map(([k, v]) => `${inspect(k)} => ${inspect(v)}`),
      "}",
    );
  if (value instanceof Set)
    return list(
      `Set(${value.size}) {`,
      [...value].map((item) => inspect(item)),
      "}",
    );
  return list(
    "{",
    Object.entries(value).map(([key, item]) => `${key}: ${inspect(item, options)}`),
    "}",
  );
}

function list(open: string, items: readonly string[], close: string): string {
  return items.length === 0 ? `${open}${close}` : `${open} ${items.join(", ")} ${close}`;
}
