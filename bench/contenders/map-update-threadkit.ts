// Four threads count under eight keys.
import { SharedMap, Thread } from "threadkit";
import { serve } from "./protocol.ts";

const THREADS = 4;
const EACH = 25_000;
const map = new SharedMap<number, number>();
function count() {
  for (let i = 0; i < EACH; i++) map.update(i % 8, (n) => (n ?? 0) + 1);
}
await serve(() => {
  map.clear();
  const start = performance.now();
  const threads = Array.from({ length: THREADS }, () => new Thread({ target: count }).start());
  for (const thread of threads) thread.join();
  const taken = performance.now() - start;
  let sum = 0;
  for (const n of map.values()) sum += n;
  if (sum !== THREADS * EACH) throw new Error(`counted ${sum}`);
  return taken;
});
