import { Lock, Thread, sleep, sleepAsync, Event } from "threadkit";
const mode = process.argv[2];
const lock = new Lock();
const t = new Thread({ target: (lock: Lock, mode: string, e: Event) => { lock.acquire(); if (mode === "wait") e.wait(); if (mode === "long") sleep(100000); for (;;) sleep(1000); }, args: [lock, mode, new Event()] }).start();
while (!lock.locked()) await sleepAsync(1);
await sleepAsync(Number(process.argv[3]));
t.terminate();
if (process.argv[4] === "block") console.log(t.join({timeout: 3000})); else
for (let i = 0; i < 30 && !lock.broken; i++) await sleepAsync(100);
console.log(mode, process.argv[4], "broken", lock.broken, t.state);
process.exit(0);
