/** A recursive function that takes a lock needs an RLock: it lets its owner in again. */
import { Lock, RLock, Thread } from "threadkit";

const lock = new RLock();

function countdown(n: number) {
  lock.with(() => {
    console.log("  ".repeat(3 - n) + n);
    if (n > 1) countdown(n - 1); // the same thread takes it again
  });
}

const thread = new Thread({ target: countdown, args: [3] }).start();
thread.join();
console.log("free again:", !lock.locked());

// A plain Lock has no owner, so whoever holds it waits for himself.
const plain = new Lock();
plain.acquire();
console.log("a second time within 10 ms:", plain.acquire({ timeout: 10 }));
plain.release();

/* Output:
3
  2
    1
free again: true
a second time within 10 ms: null
*/
