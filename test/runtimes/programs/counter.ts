import { Lock, SharedInt32, Thread } from "threadkit";

const count = (lock: Lock, n: SharedInt32) => {
  for (let i = 0; i < 1000; i++) lock.with(() => void (n.value += 1));
};
const [lock, n] = [new Lock(), new SharedInt32(0)];
const threads = [1, 2, 3, 4].map(() => new Thread({ target: count, args: [lock, n] }).start());
for (const thread of threads) thread.join();
console.log(n.value);

/* Output:
4000
*/
