import { Thread, ThreadPoolExecutor } from "threadkit";
import { type Priced, tax } from "./tax";

interface Told {
  [name: string]: unknown;
}

const told: Told = {};
const pool = new ThreadPoolExecutor(1);
const priced: Priced = { price: Number("-2") };

async function stackOf(future: { exceptionAsync(): Promise<unknown> }): Promise<string> {
  return String(((await future.exceptionAsync()) as Error).stack);
}

async function main(): Promise<void> {
  told.closure = await stackOf(
    pool.submit(() => {
      if (priced.price < 0) {
        throw new Error("where"); // closure
      }
    }),
  );
  told.module = await stackOf(pool.submit(() => tax(priced)));
  told.nested = await stackOf(
    pool.submit(async () => {
      const inner = new ThreadPoolExecutor(1);
      try {
        await inner.submit(() => {
          if (priced.price < 0) {
            throw new Error("deep"); // nested
          }
        });
      } finally {
        inner.shutdown();
      }
    }),
  );
  const thread = new Thread({
    target: () => {
      if (priced.price < 0) throw new Error("nobody catches it"); // thread
    },
  }).start();
  await thread.joinAsync();
  let hits = 0;
  try {
    pool.submit(() => ++hits); // refused
  } catch (error) {
    told.refused = String(error);
  }
  await pool.shutdownAsync();
  told.hits = hits;
  console.log(JSON.stringify(told));
}

void main();
