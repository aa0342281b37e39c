/** How containers print their contents. */

/** What `util.inspect` hands to objects that print themselves. */
export type Inspect = (value: unknown, options: object) => string;

export interface InspectOptions {
  depth?: number | null;
}

/** Containers that are being printed: one may hold itself. */
const showing = new Set<number>();

/** `contents()` as `util.inspect` prints it, one level deeper; `short` where it goes no deeper, or round in a circle. */
export function show(
  at: number,
  short: string,
  contents: () => unknown,
  depth: number,
  options: InspectOptions,
  inspect: Inspect,
): string {
  if (depth < 0 || showing.has(at)) return `[${short}]`;
  showing.add(at);
  try {
    return `${short} ${inspect(contents(), { ...options, depth: options.depth == null ? null : depth })}`;
  } catch (error) {
    return `${short} <${error instanceof Error ? error.message : "unreadable"}>`;
  } finally {
    showing.delete(at);
  }
}
