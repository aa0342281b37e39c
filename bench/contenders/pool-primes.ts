/** `pool-primes.mjs <workers>`: primes below a limit, counted in pieces. Milliseconds. */
import { ThreadPoolExecutor } from "threadkit";
import { serve } from "./protocol.ts";

const LIMIT = 2_000_000;
const PIECE = 20_000;

function countPrimes(from: number): number {
  let count = 0;
  for (let n = Math.max(2, from); n < from + PIECE; n++) {
    let prime = true;
    for (let d = 2; d * d <= n && prime; d++) prime = n % d !== 0;
    if (prime) count++;
  }
  return count;
}

const pool = new ThreadPoolExecutor(Number(process.argv[2]));
const pieces = Array.from({ length: LIMIT / PIECE }, (_, i) => i * PIECE);
await serve(async () => {
  const start = performance.now();
  let primes = 0;
  for await (const count of pool.map(countPrimes, pieces, { chunksize: 1 })) primes += count;
  if (primes !== 148_933) throw new Error(`${primes} primes`);
  return performance.now() - start;
});
