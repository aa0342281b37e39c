// Another thread is asked for one field of a map of 100,000 entries, and answers.
import { Semaphore, SharedFloat64, SharedMap, Thread } from "threadkit";
import { perRound, serve } from "./protocol.ts";

const map = new SharedMap<string, { id: number; name: string }>();
for (let i = 0; i < 100_000; i++) map.set(`user:${i}`, { id: i, name: `name ${i}` });
const [asked, answered] = [new Semaphore(0), new Semaphore(0)];
const answer = new SharedFloat64();
new Thread({
  target: () => {
    for (let i = 0; ; i = (i + 7919) % 100_000) {
      asked.acquire();
      answer.value = map.get(`user:${i}`)!.id;
      answered.release();
    }
  },
  daemon: true,
}).start();
await serve(
  () =>
    perRound(500, (count) => {
      for (let i = 0; i < count; i++) {
        asked.release();
        answered.acquire();
      }
    }) / 1000,
);
