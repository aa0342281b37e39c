/** Five threads add to one number: `+= 1` is a read and a write, and another thread may come in between. */
import { Lock, SharedInt32, Thread } from "threadkit";

const THREADS = 5;
const TIMES = 100_000;

function total(increment: (counter: SharedInt32) => void): number {
  const counter = new SharedInt32(0);
  const threads = Array.from({ length: THREADS }, () => {
    const target = () => {
      for (let i = 0; i < TIMES; i++) increment(counter);
    };
    return new Thread({ target });
  });
  for (const thread of threads) thread.start();
  for (const thread of threads) thread.join();
  return counter.value;
}

// Any number up to 500000: what two threads read at once they write twice, and one increment is lost.
const racy = total((counter) => {
  counter.value += 1;
});
console.log("without a lock, more than there were:", racy > THREADS * TIMES);

// The lock lets one thread at a time do the read and the write.
const lock = new Lock();
const locked = total((counter) => {
  lock.with(() => {
    counter.value += 1;
  });
});
console.log("with a lock:", locked);

// For this one step there is a method that needs no lock.
console.log(
  "in one step:",
  total((counter) => counter.add(1)),
);

/* Output:
without a lock, more than there were: false
with a lock: 500000
in one step: 500000
*/
