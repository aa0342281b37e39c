import { Lock, Thread } from "threadkit";

const lock = new Lock();
try {
  new Thread({ target: () => lock.acquire() }).start();
} catch (error) {
  console.log((error as Error).message);
}
