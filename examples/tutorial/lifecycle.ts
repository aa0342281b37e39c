/** A thread's life: new → runnable → running ⇄ blocked → terminated. */
import { Event, SharedBoolean, sleep, Thread, type ThreadState } from "threadkit";

const busy = new SharedBoolean(true);
const door = new Event();

function work() {
  while (busy.value); // computes: running
  door.wait(); // waits for somebody else: blocked
}

const worker = new Thread({ target: work, name: "worker" });

function see(state: ThreadState) {
  while (worker.state !== state) sleep(1);
  console.log(`${worker.name} is ${worker.state}, alive: ${worker.isAlive()}`);
}

see("new");
worker.start(); // returns at once: the thread is runnable until the OS has given it a processor
console.log("started, ident above zero:", worker.ident !== undefined && worker.ident > 0);
see("running");
busy.value = false;
see("blocked");
door.set();
worker.join();
see("terminated");

try {
  worker.start();
} catch (error) {
  console.log((error as Error).message);
}

/* Output:
worker is new, alive: false
started, ident above zero: true
worker is running, alive: true
worker is blocked, alive: true
worker is terminated, alive: false
cannot start worker: it was started before. Make a new Thread for each run.
*/
