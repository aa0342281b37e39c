// A process of its own for each sample: the first thread of a process, from the start of the process.
import { SharedInt32, Thread } from "threadkit";

const result = new SharedInt32(0);
new Thread({
  target: () => {
    result.value = 1;
  },
})
  .start()
  .join();
console.log(result.value);
