/** Thread-local data: one object, and attributes of its own in every thread. */
import { Barrier, currentThread, Thread, ThreadLocal } from "threadkit";

const local = new ThreadLocal(() => ({ name: "nobody", calls: 0 }));
const allHaveWritten = new Barrier(3);

function greet() {
  local.calls += 1;
  return `${local.name} (call ${local.calls})`;
}

function work() {
  local.name = currentThread().name;
  greet();
  allHaveWritten.wait(); // if they shared it, the last one would have overwritten the others
  currentThread().name = `finished as ${greet()}`;
}

const threads = ["alice", "bob", "carol"].map((name) => new Thread({ target: work, name }));
for (const thread of threads) thread.start();
for (const thread of threads) thread.join();
for (const thread of threads) console.log(thread.name);
console.log("main is", greet());

/* Output:
finished as alice (call 2)
finished as bob (call 2)
finished as carol (call 2)
main is nobody (call 1)
*/
