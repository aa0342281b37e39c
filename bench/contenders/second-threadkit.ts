// One thread runs already and stays, so the second needs a worker of its own.
import { SharedInt32, sleep, Thread } from "threadkit";

const result = new SharedInt32(0);
const stop = new Int32Array(new SharedArrayBuffer(4));
new Thread({
  target: () => {
    result.value = 1;
    Atomics.wait(stop, 0, 0);
  },
}).start();
while (result.value === 0) sleep(1);
sleep(300); // what is done once for all threads is done
const start = performance.now();
new Thread({
  target: () => {
    result.value = 2;
  },
})
  .start()
  .join();
const milliseconds = performance.now() - start;
Atomics.store(stop, 0, 1);
Atomics.notify(stop, 0);
console.log(milliseconds);
