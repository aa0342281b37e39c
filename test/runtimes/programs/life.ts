/** A thread's life, however it ends; what it held; what is told of it. */
import {
  Condition,
  Event,
  Lock,
  Queue,
  RLock,
  SharedMap,
  sleep,
  Thread,
  ThreadPoolExecutor,
} from "threadkit";

function fail(lock: Lock): void {
  lock.acquire();
  throw new TypeError("with the lock held");
}
function hold(lock: Lock): void {
  lock.acquire();
  for (;;) sleep(1000);
}
function wait(event: Event, out: Queue<string>): void {
  event.wait();
  out.put("woken");
}
async function later(out: Queue<string>): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 10));
  out.put("async");
}

const out = new Queue<string>();
const event = new Event();
const waiting = new Thread({ target: wait, args: [event, out] }).start();
sleep(50);
event.set();
waiting.join();
console.log(out.get());

await new Thread({ target: later, args: [out] }).start().joinAsync();
console.log(await out.getAsync());

const lock = new Lock();
const failing = new Thread({ target: fail, args: [lock] }).start();
failing.join();
console.log((failing.exception as Error).name, lock.broken, lock.recover());

const holding = new Thread({ target: hold, args: [lock] }).start();
while (!lock.locked()) sleep(1);
console.log("terminate", holding.terminate(), holding.join({ timeout: 10_000 }), lock.broken);

const exiting = new Thread({ target: () => process.exit(3) }).start();
console.log(exiting.join({ timeout: 10_000 }), (exiting.exception as { code?: string }).code);

function turn(condition: Condition, map: SharedMap<string, number>): void {
  condition.with(() => {
    map.set("turn", 1);
    condition.notifyAll();
  });
}
const condition = new Condition(new RLock());
const map = new SharedMap<string, number>();
const turning = new Thread({ target: turn, args: [condition, map] });
condition.with(() => {
  turning.start();
  while (map.get("turn") !== 1) condition.wait();
});
turning.join();
console.log("condition", map.get("turn"));

const pool = new ThreadPoolExecutor({ maxWorkers: 2 });
const square = (n: number): number => n * n;
const broken = pool.submit(() => JSON.parse("{"));
console.log((await Promise.all([1, 2, 3].map((n) => pool.submit(square, n)))).join());
console.log(await broken.then(String, (error: unknown) => (error as Error).name));
pool.shutdown();

/* Output:
woken
async
TypeError true true
terminate true true true
true THREAD_EXITED
condition 1
1,4,9
SyntaxError
*/
