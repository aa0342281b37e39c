/** Results as they come: the quick ones first, errors where they are asked for, and what is late is cancelled. */
import { asCompleted, sleep, ThreadPoolExecutor } from "threadkit";

await using pool = new ThreadPoolExecutor(3);
const job = (ms: number) => {
  sleep(ms);
  if (ms === 300) throw new RangeError(`${ms} is refused`);
  return `slept ${ms}`;
};

for await (const future of asCompleted([900, 300, 1].map((ms) => pool.submit(job, ms)))) {
  const error = future.exception(); // it is done: nothing here waits
  console.log(error === undefined ? future.result() : `failed: ${(error as Error).message}`);
}

// A lazy source: no more than eight items are on their way, and after the first large square nothing more is read.
function* integers() {
  for (let n = 1; ; n++) yield n;
}
for await (const square of pool.map((n: number) => n * n, integers(), { buffersize: 8 })) {
  if (square > 50) {
    console.log("the first square above 50:", square);
    break;
  }
}

/* Output:
slept 1
failed: 300 is refused
slept 900
the first square above 50: 64
*/
