/** Six threads, two seats: a semaphore of two lets at most two in at once. */
import { Semaphore, SharedInt32, sleep, Thread } from "threadkit";

const seats = new Semaphore(2);
const inside = new SharedInt32(0);
const tooMany = new SharedInt32(0);
const served = new SharedInt32(0);

function visit() {
  seats.with(() => {
    if (inside.add(1) + 1 > 2) tooMany.add(1);
    sleep(5);
    inside.sub(1);
    served.add(1);
  });
}

const guests = Array.from({ length: 6 }, () => new Thread({ target: visit }));
for (const guest of guests) guest.start();
for (const guest of guests) guest.join();
console.log("served:", served.value);
console.log("times that a third was inside:", tooMany.value);
console.log("free seats:", seats.value);

/* Output:
served: 6
times that a third was inside: 0
free seats: 2
*/
