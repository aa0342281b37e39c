/** Bun reads what a file exports, also of the file that runs: exported shared objects need not be handed over. */
import { SharedInt32, Thread } from "threadkit";

export const hits = new SharedInt32(0);
new Thread({ target: () => hits.add(1) }).start().join();
console.log(hits.value);

/* Output:
1
*/
