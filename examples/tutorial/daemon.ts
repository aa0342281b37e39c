/** The process waits for ordinary threads, and stops daemons dead. */
import { Event, SharedInt32, sleep, Thread } from "threadkit";

const beats = new SharedInt32();
const mainIsDone = new Event();

function heartbeat() {
  for (;;) {
    beats.add(1);
    sleep(5);
  }
}

function save() {
  mainIsDone.wait();
  console.log("saved, though main had ended");
}

const monitor = new Thread({ target: heartbeat, daemon: true, name: "monitor" }).start();
const writer = new Thread({ target: save, name: "writer" }).start();
while (beats.value < 3) sleep(1);
console.log(`${monitor.name} is a daemon: ${monitor.daemon}, alive: ${monitor.isAlive()}`);
console.log(`${writer.name} is a daemon: ${writer.daemon}, alive: ${writer.isAlive()}`);
console.log("main ends");
mainIsDone.set();

/* Output:
monitor is a daemon: true, alive: true
writer is a daemon: false, alive: true
main ends
saved, though main had ended
*/
