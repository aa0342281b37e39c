/** A timer runs a function later, in a thread of its own, unless it is cancelled before. */
import { Timer } from "threadkit";

const hello = new Timer(30, (name: string) => console.log(`hello, ${name}`), ["world"]);
console.log("in", hello.interval, "milliseconds:");
hello.start();
hello.join();
console.log("fired:", hello.finished.isSet());

const alarm = new Timer(60_000, () => console.log("too late"));
alarm.start();
alarm.cancel(); // wakes it at once: nobody waits a minute
alarm.join();
console.log("cancelled:", alarm.finished.isSet());

const never = new Timer(60_000, () => console.log("too late"));
never.cancel();
never.start(); // runs, and ends without firing
never.join();
console.log("cancelled before its start:", never.state);

/* Output:
in 30 milliseconds:
hello, world
fired: true
cancelled: true
cancelled before its start: terminated
*/
