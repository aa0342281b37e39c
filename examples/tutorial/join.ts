/** join() waits for a thread's end: results are there afterwards, and not before. */
import { Event, SharedInt32, Thread } from "threadkit";

const NUMBERS = [5, 10, 15];

function sumUpTo(n: number, result: SharedInt32) {
  let sum = 0;
  for (let i = 1; i <= n; i++) sum += i;
  result.value = sum;
}

const results = NUMBERS.map(() => new SharedInt32());
const threads = NUMBERS.map((n, i) => new Thread({ target: sumUpTo, args: [n, results[i]] }));
for (const thread of threads) thread.start();
for (const thread of threads) thread.join();
for (const [i, n] of NUMBERS.entries()) console.log(`1 + … + ${n} = ${results[i].value}`);

// With a timeout, join() tells whether the thread has ended.
const release = new Event();
const slow = new Thread({ target: () => release.wait() }).start();
console.log("joined within 20 ms:", slow.join({ timeout: 20 }));
release.set();
console.log("joined:", slow.join());

// And without blocking the event loop:
const last = new Thread({ target: () => console.log("the last thread runs") }).start();
console.log("awaited:", await last.joinAsync());

/* Output:
1 + … + 5 = 15
1 + … + 10 = 55
1 + … + 15 = 120
joined within 20 ms: false
joined: true
the last thread runs
awaited: true
*/
