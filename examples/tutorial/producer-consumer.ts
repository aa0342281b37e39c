/** Producer and consumer: a buffer with room for two, and a condition on which each waits for the other. */
import { Condition, SharedInt32, Thread } from "threadkit";

const ROOM = 2;
const DONE = -1;

const items = Array.from({ length: ROOM }, () => new SharedInt32());
const written = new SharedInt32(0);
const read = new SharedInt32(0);
const changed = new Condition();

function put(item: number) {
  changed.with(() => {
    changed.waitFor(() => written.value - read.value < ROOM); // lets go of the lock while it waits
    items[written.value % ROOM].value = item;
    written.value += 1;
    changed.notifyAll();
  });
}

function take(): number {
  return changed.with(() => {
    changed.waitFor(() => written.value > read.value);
    const item = items[read.value % ROOM].value;
    read.value += 1;
    changed.notifyAll();
    return item;
  });
}

function produce() {
  for (let i = 1; i <= 5; i++) put(i * i);
  put(DONE);
}

function consume() {
  for (let item = take(); item !== DONE; item = take()) console.log("consumed", item);
}

const producer = new Thread({ target: produce }).start();
const consumer = new Thread({ target: consume }).start();
producer.join();
consumer.join();
console.log("left in the buffer:", written.value - read.value);

/* Output:
consumed 1
consumed 4
consumed 9
consumed 16
consumed 25
left in the buffer: 0
*/
