/** What only a browser shows: a page that never blocks, deaths, consoles, memory that can't be shared. */
import * as threadkit from "threadkit";
import {
  asCompleted,
  BrokenLockError,
  Event,
  Lock,
  type RuntimeError,
  SharedInt32,
  SharedMap,
  setExcepthook,
  sharedArray,
  sleep,
  sleepAsync,
  Thread,
  ThreadPoolExecutor,
  transfer,
} from "threadkit";

import { OwnError } from "./own-error.ts";

type Check = () => Promise<unknown>;
const checks: Record<string, Check> = {};
const page = globalThis as unknown as { checks: typeof checks; ready: boolean };
page.checks = checks;

async function ended(thread: Thread): Promise<unknown> {
  if (!(await thread.joinAsync({ timeout: 10_000 }))) throw new Error(`${thread.name} is ${thread.state}`);
  return (thread.exception as Error | undefined)?.message;
}
const refusal = (call: () => unknown): string => {
  try {
    call();
    return "no refusal";
  } catch (error) {
    const { name, code, message } = error as RuntimeError;
    return `${name} ${code}: ${message}`;
  }
};

checks.first = async () => {
  const lock = new Lock();
  const sum = new SharedInt32();
  const threads = [1, 2, 3].map((n) =>
    new Thread({
      target: (n: number) => {
        for (let i = 0; i < 1000; i++)
          lock.with(() => {
            sum.value += n;
          });
      },
      args: [n],
    }).start(),
  );
  for (const thread of threads) await ended(thread);
  return sum.value;
};

checks.blocking = async () => {
  const lock = new Lock();
  lock.acquire();
  // What is waited for must not be over already: then nothing would block.
  const end = new Event();
  const thread = new Thread({ target: () => end.wait() }).start();
  const said = [refusal(() => lock.acquire()), refusal(() => thread.join()), refusal(() => sleep(1))];
  end.set();
  await ended(thread);
  const pool = new ThreadPoolExecutor({ maxWorkers: 1, maxQueue: 1 });
  const gate = new Event();
  const task = () => gate.wait();
  const results = [pool.submit(task), (await pool.submitAsync(task)).future];
  said.push(
    refusal(() => {
      for (;;) results.push(pool.submit(task));
    }),
    refusal(() => [...asCompleted(results)]),
    refusal(() => pool.shutdown()),
  );
  gate.set();
  await pool.shutdownAsync();
  const other = new ThreadPoolExecutor(1);
  const late = new Event();
  said.push(refusal(() => [...other.map(() => late.wait(), [1])]));
  late.set();
  await other.shutdownAsync();
  return said;
};

checks.unlifted = async () => {
  const made = [() => {}].map((body) => () => body());
  return refusal(() => new Thread({ target: made.at(0) }).start());
};

checks.terminated = async () => {
  const lock = new Lock();
  const up = new SharedInt32();
  const never = new Event();
  const thread = new Thread({
    target: () => {
      lock.acquire();
      up.value = 1;
      never.wait();
    },
  }).start();
  while (up.value === 0) await sleepAsync(1);
  const began = performance.now();
  thread.terminate();
  await ended(thread);
  const took = performance.now() - began;
  const broken = await lock.acquireAsync().catch((error) => error instanceof BrokenLockError);
  return { broken, quick: took < 1000 };
};

checks.spinning = async () => {
  const up = new SharedInt32();
  const thread = new Thread({
    target: () => {
      up.value = 1;
      for (;;);
    },
  }).start();
  while (up.value === 0) await sleepAsync(1);
  thread.terminate();
  await ended(thread);
  return thread.state;
};

checks.closed = async () => {
  const thread = new Thread({
    target: () => {
      (globalThis as unknown as { close(): void }).close();
    },
  });
  return ended(thread.start());
};

checks.errors = async () => {
  const heard: string[] = [];
  setExcepthook(({ thread, error }) => heard.push(`${thread.name}: ${(error as Error).message}`));
  const thrown = new Thread({
    name: "thrower",
    target: () => {
      throw new RangeError("out of it", { cause: "a cause" });
    },
  }).start();
  await ended(thrown);
  const rejected = new Thread({
    name: "rejecter",
    target: () => {
      void Promise.reject(new Error("nobody listens"));
    },
  }).start();
  await ended(rejected);
  const timed = new Thread({
    name: "timer",
    target: async () => {
      setTimeout(() => {
        throw new Error("late");
      }, 1);
      await new Promise(() => {});
    },
  }).start();
  await ended(timed);
  while (heard.length < 3) await sleepAsync(5);
  setExcepthook(undefined);
  const error = thrown.exception as Error;
  return { heard, kind: error instanceof RangeError, cause: error.cause, stack: error.stack?.split("\n")[1] };
};

checks.classes = async () => {
  const thread = new Thread({
    target: () => {
      throw new OwnError("mine");
    },
  }).start();
  await ended(thread);
  const { exception } = thread;
  return exception instanceof OwnError ? exception.detail : String(exception);
};

checks.nested = async () => {
  const sum = new SharedInt32();
  const outer = new Thread({
    target: () => {
      const inner = [1, 2, 3].map((n) =>
        new Thread({ target: (n: number) => sum.add(n), args: [n] }).start(),
      );
      for (const thread of inner) thread.join();
      sum.add(10);
    },
  }).start();
  await ended(outer);
  return sum.value;
};

checks.console = async () => {
  const up = new SharedInt32();
  const never = new Event();
  const thread = new Thread({
    daemon: true,
    target: () => {
      console.log("said before it blocks");
      up.value = 1;
      never.wait();
    },
  }).start();
  while (up.value === 0) await sleepAsync(5);
  return thread.isAlive();
};

checks.reused = async () => {
  // A global that the thread makes is a leftover, so only clean workers serve the next.
  const marks = new SharedInt32();
  for (let i = 0; i < 10; i++)
    await ended(
      new Thread({
        target: () => {
          performance.mark("threadkit-test");
          marks.value = Math.max(marks.value, performance.getEntriesByName("threadkit-test").length);
        },
      }).start(),
    );
  const timers = new Thread({
    target: () => {
      setTimeout(() => {}, 60_000);
      performance.clearMarks();
      performance.mark("threadkit-test");
    },
  });
  await ended(timers.start());
  const after = new SharedInt32();
  await ended(
    new Thread({
      target: () => {
        after.value = performance.getEntriesByName("threadkit-test").length;
      },
    }).start(),
  );
  return { most: marks.value, afterLeftovers: after.value };
};

checks.extras = async () => {
  const pool = new ThreadPoolExecutor(2);
  const shared = sharedArray(Int32Array, 4);
  await pool.submit((at: number) => {
    shared[at] = 7;
  }, 2);
  const bytes = new Uint8Array([1, 2, 3]);
  const doubled = (await pool.submit((buffer: ArrayBuffer) => {
    return transfer(new Uint8Array(buffer).map((n) => n * 2));
  }, transfer(bytes.buffer))) as Uint8Array;
  await pool.shutdownAsync();
  const map = new SharedMap<string, Int32Array>();
  map.set("shared", shared);
  const first = refusal(() => map.get("shared"));
  await sleepAsync(100);
  return {
    shared: [...shared],
    moved: bytes.byteLength,
    doubled: [...doubled],
    first,
    second: map.get("shared")?.[2],
  };
};

checks.plain = async () => ({
  exports: Object.keys(threadkit).length > 40,
  lock: refusal(() => new Lock()),
  array: refusal(() => sharedArray(Int32Array, 4)),
});

checks.unloadable = async () => ended(new Thread({ target: () => {} }).start());

page.ready = true;
