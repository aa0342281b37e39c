import {
  Barrier,
  Condition,
  currentThread,
  Event,
  Lock,
  Queue,
  RLock,
  Semaphore,
  SharedInt32,
  SharedMap,
  sleep,
  Thread,
  ThreadPoolExecutor,
  Timer,
} from "threadkit";

const step = (name: string) => console.log(name);
const t0 = new Thread({
  target: () => {
    throw new TypeError("boom");
  },
});
t0.start().join();
step(`error ${(t0.exception as Error)?.message}`);
const ev = new Event();
const w = new Thread({
  target: (ev: Event) => {
    ev.wait();
  },
  args: [ev],
}).start();
sleep(50);
ev.set();
w.join();
step("event");
const blocked = new Thread({
  target: (l: Lock) => {
    l.acquire();
  },
  args: [
    (() => {
      const l = new Lock();
      l.acquire();
      return l;
    })(),
  ],
}).start();
sleep(100);
blocked.terminate();
step("terminating");
step(String(blocked.join({ timeout: 5000 })));
step(`alive ${blocked.isAlive()}`);
const spin = new Thread({
  target: () => {
    for (;;);
  },
}).start();
sleep(100);
spin.terminate();
step(String(spin.join({ timeout: 5000 })));
step(`spin alive ${spin.isAlive()}`);
const lock = new Lock();
const dies = new Thread({
  target: (l: Lock) => {
    l.acquire();
    throw new Error("with lock");
  },
  args: [lock],
}).start();
dies.join();
try {
  lock.acquire();
  step("acquired?");
} catch (e) {
  step((e as Error).name);
}
const kills = new Thread({
  target: (l: Lock) => {
    l.acquire();
    for (;;);
  },
  args: [new Lock()],
}).start();
sleep(100);
kills.terminate();
step("k " + kills.join({ timeout: 5000 }));
const ex = new Thread({
  target: () => {
    process.exit(3);
  },
}).start();
step("exit join " + ex.join({ timeout: 5000 }) + " " + (ex.exception as Error)?.message);
const a = await new Thread({
  target: async () => {
    await new Promise((r) => setTimeout(r, 10));
  },
})
  .start()
  .joinAsync();
step("async");
step("done");
