/** A daemon that waits for ever does not keep the process. */
import process from "node:process";
import { Event, sleep, Thread } from "threadkit";

function serve(event: Event, mode: string | undefined): unknown {
  console.log("daemon up");
  if (mode === "spin") for (;;);
  if (mode === "idle") return new Promise(() => setInterval(() => {}, 1000));
  return event.wait();
}
new Thread({ target: serve, args: [new Event(), process.argv[2]], daemon: true }).start();
sleep(300);
console.log("main over");

/* Output:
daemon up
main over
*/
