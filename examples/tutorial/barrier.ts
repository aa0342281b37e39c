/** A barrier of three: nobody begins the second phase before all have ended the first. */
import { Barrier, SharedInt32, Thread } from "threadkit";

const WORKERS = 3;
const sum = new SharedInt32(0);

// The last to arrive runs the action, before any of them goes on.
const barrier = new Barrier(WORKERS, { action: () => console.log("all are here, the sum is", sum.value) });

function work(id: number) {
  sum.add(id);
  const place = barrier.wait(); // 0, 1 and 2, a different one for each
  sum.add(10 * place);
  barrier.wait();
  if (place === 0) console.log("one of them says goodbye");
}

const workers = Array.from({ length: WORKERS }, (_, id) => new Thread({ target: work, args: [id + 1] }));
for (const worker of workers) worker.start();
for (const worker of workers) worker.join();
console.log("broken:", barrier.broken);

/* Output:
all are here, the sum is 6
all are here, the sum is 36
one of them says goodbye
broken: false
*/
