/** Merge sort whose tasks submit tasks to the same pool and wait for them: two workers are enough. */
import { ThreadPoolExecutor } from "threadkit";

const pool = new ThreadPoolExecutor(2);

function sort(numbers: Float64Array): Float64Array {
  if (numbers.length <= 2000) return numbers.slice().sort();
  const middle = numbers.length >> 1;
  const left = pool.submit(sort, numbers.slice(0, middle));
  const right = sort(numbers.slice(middle));
  // Nobody may have begun it: then this worker runs it, instead of waiting for one that waits itself.
  return merge(left.result(), right);
}

function merge(a: Float64Array, b: Float64Array): Float64Array {
  const merged = new Float64Array(a.length + b.length);
  for (let i = 0, j = 0, k = 0; k < merged.length; k++)
    merged[k] = j >= b.length || (i < a.length && a[i] <= b[j]) ? a[i++] : b[j++];
  return merged;
}

const numbers = Float64Array.from({ length: 50_000 }, (_, i) => (i * 7919) % 50_021);
const sorted = await pool.submit(sort, numbers);
console.log(`${sorted.length} numbers, sorted: ${sorted.every((n, i) => i === 0 || sorted[i - 1] <= n)}`);
console.log(pool.metrics.finished > 10 ? "by many tasks" : "by few tasks");
pool.shutdown();

/* Output:
50000 numbers, sorted: true
by many tasks
*/
