/** An event: threads wait until one of them says go. */
import { Event, SharedInt32, sleep, Thread } from "threadkit";

const ready = new Event();
const waiting = new SharedInt32(0);

function runner() {
  waiting.add(1);
  ready.wait();
  console.log("a runner starts");
}

const runners = Array.from({ length: 3 }, () => new Thread({ target: runner }));
for (const thread of runners) thread.start();
while (waiting.value < 3) sleep(1);
console.log("all are there, the event is set:", ready.isSet());
console.log("waiting 10 ms myself:", ready.wait({ timeout: 10 }));
console.log("go!");
ready.set();
for (const thread of runners) thread.join();

console.log("it stays set:", ready.wait());
ready.clear();
console.log("until it is cleared:", ready.isSet());

/* Output:
all are there, the event is set: false
waiting 10 ms myself: false
go!
a runner starts
a runner starts
a runner starts
it stays set: true
until it is cleared: false
*/
