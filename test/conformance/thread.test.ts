/** Thread: SEMANTICS 15–20 and API.md 1, in the process of the test. What ends a process stands in process.test.ts. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, test } from "../harness/tests.ts";
import "../harness/watchdog.ts";
import {
  activeCount,
  CaptureError,
  currentThread,
  enumerate,
  getIdent,
  getNativeId,
  Lock,
  mainThread,
  RuntimeError,
  SharedBoolean,
  SharedInt32,
  SharedList,
  setExcepthook,
  sleep,
  sleepAsync,
  Thread,
} from "threadkit";
import { ImportedError } from "../fixtures/errors/library.ts";
import { usedBytes } from "../harness/arena.ts";
import { EARLY, EXPIRES, LONG, PATIENCE } from "../harness/delays.ts";
import { refuses, refusesAsync } from "../harness/refuses.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { took, until, untilSync } from "../harness/until.ts";

/** A thread that runs until `go` is set, without blocking on a primitive in between for long. */
function spinning(go: SharedBoolean, options: { name?: string; daemon?: boolean } = {}): Thread {
  const thread = new Thread({
    ...options,
    target: (go: SharedBoolean) => {
      while (!go.value);
    },
    args: [go] as const,
  });
  return thread as unknown as Thread;
}

/** Errors of threads of this test go here and not to stderr. */
async function withHook<T>(body: (seen: { error: unknown; thread: Thread }[]) => Promise<T>): Promise<T> {
  const seen: { error: unknown; thread: Thread }[] = [];
  setExcepthook((info) => seen.push(info));
  try {
    return await body(seen);
  } finally {
    setExcepthook(undefined);
  }
}

describe("a thread's life", () => {
  test("is new, then alive, then terminated", async () => {
    const go = new SharedBoolean();
    const thread = spinning(go);
    assert.equal(thread.state, "new");
    assert.equal(thread.isAlive(), false);
    assert.equal(thread.ident, undefined);
    assert.equal(thread.nativeId, undefined);
    assert.equal(thread.exception, undefined);
    assert.equal(thread.start(), thread, "start returns the thread");
    assert.equal(thread.isAlive(), true);
    assert.ok(["runnable", "running"].includes(thread.state));
    await until(() => thread.state === "running", "it runs");
    go.value = true;
    await joinAll([thread]);
    assert.equal(thread.state, "terminated");
    assert.equal(thread.isAlive(), false);
    assert.equal(thread.exception, undefined);
  });

  test("is runnable, with an ident, the moment start() returns", () => {
    const go = new SharedBoolean();
    // More than there can be idle workers: some wait for a cold one, and we did not turn the event loop.
    const threads = Array.from({ length: 12 }, () => spinning(go));
    for (const thread of threads) {
      thread.start();
      assert.notEqual(thread.state, "new");
      assert.ok((thread.ident as number) > 0);
      assert.ok(enumerate().includes(thread), "and it is listed");
    }
    assert.ok(threads.some((thread) => thread.state === "runnable"));
    go.value = true;
    for (const thread of threads) thread.join();
  });

  test("is blocked while it waits for a lock, sleeps or joins, and running between", async () => {
    const lock = new Lock();
    lock.acquire();
    const go = new SharedBoolean();
    const step = new SharedInt32();
    const other = spinning(go).start();
    const thread = start(
      (lock, step, other) => {
        lock.acquire();
        step.value = 1;
        while (step.value === 1);
        other.join();
        step.value = 3;
        sleep(60_000);
      },
      lock,
      step,
      other,
    );
    await until(() => thread.state === "blocked", "it waits for the lock");
    lock.release();
    await until(() => step.value === 1, "it got the lock");
    await until(() => thread.state === "running", "it runs again");
    step.value = 2;
    await until(() => thread.state === "blocked", "it joins");
    go.value = true;
    await until(() => step.value === 3 && thread.state === "blocked", "it sleeps");
    thread.terminate();
    await joinAll([thread, other]);
    assert.equal(thread.state, "terminated");
  });

  test("shows main as running, and as blocked to others while main waits", async () => {
    const main = mainThread();
    assert.equal(main.state, "running");
    const seen = new SharedBoolean();
    const thread = start(
      (seen, main) => {
        const end = performance.now() + 10_000;
        while (main.state !== "blocked" && performance.now() < end);
        seen.value = main.state === "blocked";
      },
      seen,
      main,
    );
    assert.equal(thread.join({ timeout: LONG }), true);
    assert.equal(seen.value, true);
    assert.equal(main.state, "running");
    await joinAll([thread]);
  });

  test("starts once: a second start() fails, while it runs and after its end (SEMANTICS 15)", async () => {
    const go = new SharedBoolean();
    const thread = spinning(go, { name: "once" }).start();
    const sentence = "cannot start once: it was started before. Make a new Thread for each run.";
    refuses(() => thread.start(), RuntimeError, "THREAD_STARTED", sentence);
    go.value = true;
    await joinAll([thread]);
    refuses(() => thread.start(), RuntimeError, "THREAD_STARTED", sentence);
    assert.equal(enumerate().filter((other) => other === thread).length, 0);
  });

  test("of one that could not be started leaves it new, in no list, and holds nothing (SEMANTICS 15)", async () => {
    const before = { listed: activeCount(), used: usedBytes() };
    const thread = new Thread({ target: () => {}, args: [Promise.resolve()] as never });
    const made = usedBytes();
    assert.throws(() => thread.start(), { code: "CANNOT_CROSS" });
    assert.equal(thread.state, "new");
    assert.equal(thread.ident, undefined);
    assert.equal(activeCount(), before.listed);
    assert.ok(!enumerate().includes(thread as Thread));
    assert.equal(usedBytes(), made, "what was packed is given back");
    refuses(
      () => thread.join(),
      RuntimeError,
      "THREAD_NOT_STARTED",
      `cannot join ${thread.name}: it was not started. Call start() first.`,
    );
  });

  test("can be ended before it is done by terminate(), which says whether it was alive", async () => {
    const thread = spinning(new SharedBoolean());
    assert.equal(thread.terminate(), false, "not started");
    thread.start();
    await until(() => thread.state === "running", "it runs");
    assert.equal(thread.terminate(), true);
    assert.equal(await thread.joinAsync({ timeout: LONG }), true);
    assert.equal(thread.terminate(), false, "over");
    assert.equal(thread.exception, undefined, "it was asked for");
  });

  test("can be captured by its own target, and is the current thread there, also for subclasses", async () => {
    const same = new SharedInt32();
    const plain: Thread = new Thread({
      target: () => void (currentThread() === plain && same.add(1)),
    });
    class Special extends Thread {}
    class Running extends Thread {
      override run(): unknown {
        return super.run();
      }
    }
    const special: Thread = new Special({
      target: () => void (currentThread() === special && same.add(10)),
    });
    const running: Thread = new Running({
      target: () => void (currentThread() === running && same.add(100)),
    });
    for (const thread of [plain, special, running]) thread.start();
    await joinAll([plain, special, running]);
    assert.equal(same.value, 111);
  });
});

describe("idents and native ids", () => {
  test("are above zero, differ, and are never used again", async () => {
    const seen = new Set<number>([getIdent()]);
    for (let round = 0; round < 10; round++) {
      const threads = startEach(() => {}, [[], []]);
      for (const thread of threads) {
        assert.ok(Number.isInteger(thread.ident) && (thread.ident as number) > 0);
        assert.ok(!seen.has(thread.ident as number), "reused");
        seen.add(thread.ident as number);
      }
      await joinAll(threads);
    }
  });

  test("are those that the thread itself sees", async () => {
    const ident = new SharedInt32();
    const native = new SharedInt32();
    const thread = start(
      (ident, native) => {
        ident.value = getIdent();
        native.value = getNativeId() ?? -1;
        if (currentThread().ident !== getIdent()) throw new Error("currentThread has another ident");
        if (currentThread().nativeId !== getNativeId())
          throw new Error("currentThread has another native id");
      },
      ident,
      native,
    );
    await joinAll([thread]);
    assert.equal(thread.ident, ident.value);
    assert.equal(thread.nativeId, native.value);
  });

  test("of main are 1 and the process's id on Linux", { skip: process.platform !== "linux" }, () => {
    assert.equal(getIdent(), mainThread().ident);
    assert.equal(getNativeId(), process.pid);
    assert.equal(mainThread().nativeId, process.pid);
  });

  test("of threads that run at once are different OS threads", {
    skip: process.platform !== "linux",
  }, async () => {
    const go = new SharedBoolean();
    const threads = [1, 2, 3].map(() => spinning(go).start());
    await until(() => threads.every((thread) => thread.nativeId !== undefined), "all run");
    assert.equal(new Set([getNativeId(), ...threads.map((thread) => thread.nativeId)]).size, 4);
    go.value = true;
    await joinAll(threads);
  });
});

describe("names", () => {
  test("are what was given, and can be changed by any thread at any time", async () => {
    const thread = new Thread({ name: "first", target: () => void (currentThread().name = "third") });
    assert.equal(thread.name, "first");
    thread.name = "second";
    assert.equal(thread.name, "second");
    thread.start();
    await joinAll([thread as Thread]);
    assert.equal(thread.name, "third");
    thread.name = "";
    assert.equal(thread.name, "");
    thread.name = "with \u{1F9F5} and \0";
    assert.equal(thread.name, "with \u{1F9F5} and \0");
  });

  test("are automatic when absent or falsy: Thread-N (target), counting up (SEMANTICS 20)", () => {
    function work() {}
    const number = (name: string) => Number(/^Thread-(\d+)/.exec(name)?.[1]);
    const a = new Thread({ target: work });
    const b = new Thread({ target: work, name: "" });
    const c = new Thread({ target: () => {} });
    const d = new Thread({ name: null as never });
    const e = new Thread();
    assert.match(a.name, /^Thread-\d+ \(work\)$/);
    assert.match(b.name, /^Thread-\d+ \(work\)$/);
    assert.match(c.name, /^Thread-\d+ \(target\)$/);
    assert.match(d.name, /^Thread-\d+$/);
    assert.match(e.name, /^Thread-\d+$/);
    const numbers = [a, b, c, d, e].map((thread) => number(thread.name));
    assert.deepEqual(
      numbers.map((n) => n - numbers[0]),
      [0, 1, 2, 3, 4],
    );
    new Thread({ name: "named" });
    assert.equal(number(new Thread().name), numbers[4] + 1, "a named one takes no number");
  });

  test("of main is MainThread", () => {
    assert.equal(mainThread().name, "MainThread");
  });

  test("and states are shown when a thread is printed", async () => {
    const thread = new Thread({ name: "shown", daemon: true });
    assert.equal(inspect(thread), 'Thread { "shown", new, daemon }');
    thread.start();
    await joinAll([thread]);
    assert.equal(inspect(thread), `Thread { "shown", terminated, daemon, ident ${thread.ident} }`);
    let heard = 0;
    setExcepthook(() => heard++);
    const failing = new Thread({
      name: "failing",
      target: () => {
        throw new Error("x");
      },
    }).start();
    await until(() => heard === 1, "the hook was called");
    await failing.joinAsync();
    setExcepthook(undefined);
    assert.equal(inspect(failing), `Thread { "failing", terminated, ident ${failing.ident}, failed }`);
  });
});

describe("daemon (SEMANTICS 17)", () => {
  test("is false for threads of main, as told, and can be set before start()", () => {
    const thread = new Thread();
    assert.equal(thread.daemon, false);
    assert.equal(thread.isDaemon(), false);
    thread.daemon = true;
    assert.equal(thread.isDaemon(), true);
    thread.setDaemon(false);
    assert.equal(thread.daemon, false);
    assert.equal(new Thread({ daemon: true }).daemon, true);
    assert.equal(mainThread().daemon, false);
  });

  test("is frozen by start(), also after the end", async () => {
    const thread = new Thread({ name: "frozen", daemon: true }).start();
    const sentence = "cannot set daemon of frozen: it was started. Set it before start().";
    refuses(() => (thread.daemon = false), RuntimeError, "THREAD_STARTED", sentence);
    refuses(() => thread.setDaemon(true), RuntimeError, "THREAD_STARTED", sentence);
    await joinAll([thread]);
    refuses(() => (thread.daemon = false), RuntimeError, "THREAD_STARTED", sentence);
    assert.equal(thread.daemon, true);
  });

  test("is inherited from the thread that constructs", async () => {
    const inherited = new SharedInt32();
    const told = new SharedInt32();
    const body = (inherited: SharedInt32, told: SharedInt32) => {
      inherited.value = new Thread().daemon ? 1 : 2;
      told.value = new Thread({ daemon: !currentThread().daemon }).daemon ? 1 : 2;
    };
    await joinAll(startEach(body, [[inherited, told]], { daemon: true }));
    assert.deepEqual([inherited.value, told.value], [1, 2]);
    await joinAll(startEach(body, [[inherited, told]], { daemon: false }));
    assert.deepEqual([inherited.value, told.value], [2, 1]);
  });

  test("is not inherited from the thread that starts", async () => {
    const ran = new SharedInt32();
    const made = new Thread({ target: (ran: SharedInt32) => void ran.add(1), args: [ran] as const });
    const starter = startEach((made) => void made.start(), [[made as unknown as Thread]], { daemon: true });
    await joinAll(starter);
    assert.equal(made.daemon, false);
    await joinAll([made as unknown as Thread]);
    assert.equal(ran.value, 1, "it runs its target whoever starts it");
  });
});

describe("enumerate and activeCount (SEMANTICS 18)", () => {
  test("have main, daemons and those just started; none unstarted, none joined", async () => {
    const go = new SharedBoolean();
    const unstarted = spinning(go);
    const thread = spinning(go).start();
    const daemon = spinning(go, { daemon: true }).start();
    const listed = enumerate();
    assert.equal(listed[0], mainThread());
    assert.ok(listed.includes(thread) && listed.includes(daemon) && !listed.includes(unstarted));
    assert.ok(listed.indexOf(thread) < listed.indexOf(daemon), "oldest first");
    assert.equal(activeCount(), listed.length);
    go.value = true;
    thread.join();
    assert.ok(!enumerate().includes(thread));
    daemon.join();
    assert.ok(!enumerate().includes(daemon));
    assert.deepEqual(enumerate(), [mainThread()]);
    assert.equal(activeCount(), 1);
  });

  test("are the same for every thread", async () => {
    const go = new SharedBoolean();
    const other = spinning(go, { name: "other" }).start();
    const seen = new SharedInt32();
    const thread = start(
      (seen, other) => {
        const listed = enumerate();
        if (listed[0] !== mainThread()) throw new Error("main is not the first");
        if (!listed.includes(currentThread())) throw new Error("the current thread is not in it");
        if (!listed.includes(other)) throw new Error("the other thread is not in it");
        seen.value = listed.length === activeCount() ? listed.length : -1;
      },
      seen,
      other,
    );
    await joinAll([thread]);
    assert.equal(seen.value, 3);
    go.value = true;
    await joinAll([other]);
  });
});

describe("join (SEMANTICS 16)", () => {
  test("waits for the end and says true, as often as asked, blocking and awaiting", async () => {
    const thread = start(() => sleep(10));
    assert.equal(thread.join(), true);
    assert.equal(thread.state, "terminated");
    assert.equal(thread.join(), true);
    assert.equal(thread.join({ timeout: 0 }), true);
    assert.equal(await thread.joinAsync(), true);
    assert.equal(await thread.joinAsync({ timeout: 0 }), true);
  });

  test("says false when the time was up, not early, and the thread goes on", async () => {
    const go = new SharedBoolean();
    const thread = spinning(go).start();
    for (const timeout of [0, EXPIRES]) {
      let ms = await took(() => assert.equal(thread.join({ timeout }), false));
      assert.ok(ms >= timeout - EARLY, `join took ${ms} of ${timeout} ms`);
      ms = await took(async () => assert.equal(await thread.joinAsync({ timeout }), false));
      assert.ok(ms >= timeout - EARLY, `joinAsync took ${ms} of ${timeout} ms`);
    }
    assert.equal(thread.isAlive(), true);
    go.value = true;
    await joinAll([thread]);
  });

  test("of a thread that was not started fails", async () => {
    const thread = new Thread({ name: "unborn" });
    const sentence = "cannot join unborn: it was not started. Call start() first.";
    refuses(() => thread.join(), RuntimeError, "THREAD_NOT_STARTED", sentence);
    await refusesAsync(() => thread.joinAsync(), RuntimeError, "THREAD_NOT_STARTED", sentence);
  });

  test("of oneself fails, in main and in a thread, blocking and awaiting", async () => {
    const sentence =
      "cannot join MainThread: it is the calling thread, which would wait for itself. Join it from another thread.";
    refuses(() => currentThread().join(), RuntimeError, "JOIN_SELF", sentence);
    await refusesAsync(() => mainThread().joinAsync(), RuntimeError, "JOIN_SELF", sentence);
    const codes = new SharedInt32();
    const thread = start(async (codes) => {
      try {
        currentThread().join();
      } catch (error) {
        if ((error as { code: string }).code === "JOIN_SELF") codes.add(1);
      }
      await currentThread()
        .joinAsync()
        .catch((error) => error.code === "JOIN_SELF" && codes.add(1));
    }, codes);
    await joinAll([thread]);
    assert.equal(codes.value, 2);
  });

  test("may be done by many at once, by threads and by promises, and all come back", async () => {
    const go = new SharedBoolean();
    const back = new SharedInt32();
    const thread = spinning(go).start();
    const joiners = startEach(
      async (thread, back, awaits) => {
        if (awaits ? await thread.joinAsync() : thread.join()) back.add(1);
      },
      [false, false, false, true, true].map((awaits) => [thread, back, awaits] as const),
    );
    const promises = [1, 2, 3].map(() => thread.joinAsync());
    await until(() => joiners.filter((joiner) => joiner.state === "blocked").length === 3, "they wait");
    go.value = true;
    assert.deepEqual(await Promise.all(promises), [true, true, true]);
    await joinAll(joiners);
    assert.equal(back.value, 5);
  });

  test("never rethrows what ended the thread", async () => {
    await withHook(async (seen) => {
      const thread = start(() => {
        throw new Error("not for join");
      });
      assert.equal(thread.join(), true);
      assert.equal(await thread.joinAsync(), true);
      await until(() => seen.length === 1, "the hook was called");
    });
  });

  test("that is aborted rejects with the reason, and the thread goes on", async () => {
    const go = new SharedBoolean();
    const thread = spinning(go).start();
    const reason = new Error("enough");
    await assert.rejects(
      thread.joinAsync({ signal: AbortSignal.abort(reason) }),
      (error) => error === reason,
    );
    const controller = new AbortController();
    const pending = thread.joinAsync({ signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(pending, (error) => error === reason);
    assert.equal(thread.isAlive(), true);
    go.value = true;
    await joinAll([thread]);
  });

  test("has seen all that the thread did", () => {
    for (let round = 0; round < 50; round++) {
      const plain = new Int32Array(new SharedArrayBuffer(4));
      const thread = start((plain) => {
        plain[0] = 1; // not atomic
      }, plain);
      thread.join();
      assert.equal(plain[0], 1);
    }
  });
});

describe("run() and subclasses (SEMANTICS 20)", () => {
  test("run() called directly runs target in the caller, as often as asked", () => {
    const seen: unknown[] = [];
    const thread = new Thread({
      target: (...args: number[]) => {
        seen.push(args);
        return "result";
      },
      args: [1, 2],
    });
    assert.equal(thread.run(), "result");
    assert.equal(thread.run(), "result");
    assert.deepEqual(seen, [
      [1, 2],
      [1, 2],
    ]);
    assert.equal(thread.state, "new");
    assert.equal(new Thread().run(), undefined);
  });

  test("what run() throws in the caller comes out there", () => {
    const thread = new Thread({
      target: () => {
        throw new RangeError("here");
      },
    });
    assert.throws(() => thread.run(), RangeError);
    assert.equal(thread.exception, undefined);
  });

  test("an overridden run() runs in the new thread, with the own fields that the object had at start()", async () => {
    class Adder extends Thread {
      readonly a: number;
      b = 0;
      readonly sum: SharedInt32;
      constructor(a: number, sum: SharedInt32) {
        super({ name: "adder" });
        this.a = a;
        this.sum = sum;
      }
      override run() {
        if (currentThread() !== this) throw new Error("this is not the current thread");
        if (currentThread().ident !== this.ident) throw new Error("another ident");
        this.sum.value = this.add();
        this.b = -1; // in the copy
      }
      add() {
        return this.a + this.b;
      }
    }
    const sum = new SharedInt32();
    const adder = new Adder(3, sum);
    adder.b = 4;
    adder.start();
    await joinAll([adder]);
    assert.equal(sum.value, 7);
    assert.equal(adder.b, 4, "fields are copied");
    assert.equal(adder.name, "adder");
    assert.ok(adder instanceof Adder);
  });

  test("an overridden run() may call super.run()", async () => {
    class Twice extends Thread<[SharedInt32]> {
      override run() {
        super.run();
        super.run();
      }
    }
    const count = new SharedInt32();
    const twice = new Twice({ target: (n) => void n.add(1), args: [count] });
    twice.start();
    await joinAll([twice as unknown as Thread]);
    assert.equal(count.value, 2);
  });

  test("a subclass of a subclass works, with an async run()", async () => {
    class Base extends Thread {
      readonly done = new SharedInt32();
      async step(n: number) {
        await sleepAsync(1);
        this.done.add(n);
      }
    }
    class Derived extends Base {
      override async run() {
        await this.step(1);
        await this.step(2);
      }
    }
    const thread = new Derived();
    thread.start();
    await joinAll([thread]);
    assert.equal(thread.done.value, 3);
  });

  test("a subclass with private members of instances is refused before anything runs; static ones are fine", async () => {
    class Secret extends Thread {
      #key = 1;
      override run() {
        return this.#key;
      }
    }
    class Heir extends Secret {
      override run() {
        return 2;
      }
    }
    class Counted extends Thread {
      static #made = 0;
      static count() {
        return ++Counted.#made;
      }
      override run() {
        if (Counted.count() !== 1) throw new Error("the private static field was lost");
      }
    }
    const fact =
      "is made by a constructor, and none runs in the thread. Use a public field, or hand the value over in args.";
    const secret = new Secret();
    refuses(
      () => secret.start(),
      CaptureError,
      "CANNOT_CROSS",
      `cannot start an instance of Secret: the private member #key ${fact}`,
    );
    refuses(
      () => new Heir().start(),
      CaptureError,
      "CANNOT_CROSS",
      `cannot start an instance of Heir: the private member #key of Secret ${fact}`,
    );
    assert.equal(secret.state, "new");
    const counted = new Counted();
    counted.start();
    await joinAll([counted]);
  });

  test("a thread without target and without run() of its own just ends", async () => {
    const thread = new Thread().start();
    await joinAll([thread]);
    assert.equal(thread.exception, undefined);
  });
});

describe("an async target", () => {
  test("ends the thread when its promise settles, not before", async () => {
    const steps = new SharedInt32();
    const go = new SharedBoolean();
    const thread = start(
      async (steps, go) => {
        steps.value = 1;
        while (!go.value) await sleepAsync(1);
        steps.value = 2;
      },
      steps,
      go,
    );
    await until(() => steps.value === 1, "it began");
    assert.equal(thread.join({ timeout: EXPIRES }), false);
    go.value = true;
    await joinAll([thread]);
    assert.equal(steps.value, 2);
  });

  test("that rejects ends it like a throw", async () => {
    await withHook(async (seen) => {
      const thread = start(async () => {
        await sleepAsync(1);
        throw new RangeError("late");
      });
      await thread.joinAsync({ timeout: LONG });
      assert.ok(thread.exception instanceof RangeError);
      assert.equal((thread.exception as Error).message, "late");
      await until(() => seen.length === 1, "the hook was called");
      assert.equal(seen[0].thread, thread);
    });
  });

  test("may be any thenable", async () => {
    const seen = new SharedInt32();
    const thread = start((seen) => {
      return {
        // biome-ignore lint/suspicious/noThenProperty: a thenable is what this is about
        then: (resolve: () => void) => {
          seen.value = 1;
          setTimeout(() => {
            seen.value = 2;
            resolve();
          }, 1);
        },
      };
    }, seen);
    await joinAll([thread]);
    assert.equal(seen.value, 2);
  });

  test("has an event loop of its own: timers, microtasks and I/O run while main is blocked", () => {
    const n = new SharedInt32();
    const thread = start(async (n) => {
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setTimeout(resolve, 1));
      const fs = await import("node:fs/promises");
      await fs.stat(".");
      n.value = 1;
    }, n);
    assert.equal(thread.join({ timeout: LONG }), true);
    assert.equal(thread.exception, undefined);
    assert.equal(n.value, 1);
  });
});

describe("currentThread and mainThread", () => {
  test("are one object each in main", () => {
    assert.equal(currentThread(), mainThread());
    assert.equal(currentThread(), currentThread());
    assert.ok(currentThread() instanceof Thread);
    assert.equal(mainThread().isAlive(), true);
  });

  test("are the thread itself and main in a thread, across awaits too", async () => {
    const thread = start(async (ident) => {
      const me = currentThread();
      if (me === mainThread()) throw new Error("it is main");
      await sleepAsync(1);
      if (currentThread() !== me) throw new Error("another object after await");
      if (mainThread().ident !== ident) throw new Error("another main");
      if (mainThread().isAlive() !== true) throw new Error("main is dead");
    }, getIdent());
    await joinAll([thread]);
  });

  test("hand a thread's own object over to another, which gets its own handle of it", async () => {
    const thread = start(
      (main, unstarted) => {
        if (main !== mainThread()) throw new Error("main came as another object");
        if (unstarted.state !== "new") throw new Error("state is not shared");
      },
      mainThread(),
      new Thread(),
    );
    await joinAll([thread]);
  });
});

describe("threads of threads", () => {
  test("run, can be joined there, and are listed everywhere", async () => {
    const n = new SharedInt32();
    const outer = start((n) => {
      const inner = new Thread({ target: (n: SharedInt32) => void n.add(1), args: [n] as const }).start();
      if (!enumerate().includes(inner as unknown as Thread) && inner.isAlive()) throw new Error("not listed");
      if (!inner.join({ timeout: 15_000 })) throw new Error("inner did not end");
      n.add(10);
    }, n);
    assert.equal(outer.join({ timeout: LONG }), true);
    assert.equal(outer.exception, undefined);
    assert.equal(n.value, 11);
  });

  test("outlive the thread that started them, however it ends", async () => {
    for (const end of ["return", "throw", "exit", "terminate"] as const) {
      await withHook(async () => {
        const started = new SharedBoolean();
        const go = new SharedBoolean();
        const done = new SharedInt32();
        const outer = start(
          (end, started, go, done) => {
            new Thread({
              name: "inner",
              target: (started: SharedBoolean, go: SharedBoolean, done: SharedInt32) => {
                started.value = true;
                while (!go.value) sleep(1);
                done.value = 1;
              },
              args: [started, go, done] as const,
            }).start();
            while (!started.value) sleep(1);
            if (end === "throw") throw new Error("the outer one fails");
            if (end === "exit") process.exit(3);
            if (end === "terminate") sleep(60_000);
          },
          end,
          started,
          go,
          done,
        );
        await until(() => started.value, "the inner thread runs");
        if (end === "terminate") outer.terminate();
        assert.equal(await outer.joinAsync({ timeout: LONG }), true, end);
        const inner = enumerate().find((thread) => thread.name === "inner");
        assert.ok(inner, `it is still there after ${end}`);
        go.value = true;
        await joinAll([inner]);
        assert.equal(done.value, 1, end);
      });
    }
  });

  test("can start threads in turn, while all their starters and main are blocked in join", () => {
    const n = new SharedInt32();
    const outer = start((n) => {
      const middle = new Thread({
        target: (n: SharedInt32) => {
          const inner = new Thread({ target: (n: SharedInt32) => void n.add(1), args: [n] as const }).start();
          inner.join();
          n.add(1);
        },
        args: [n] as const,
      }).start();
      middle.join();
      n.add(1);
    }, n);
    assert.equal(outer.join({ timeout: LONG }), true);
    assert.equal(outer.exception, undefined);
    assert.equal(n.value, 3);
  });
});

describe("what a thread throws (SEMANTICS 19)", () => {
  test("goes to the hook with the thread, and stays as its exception, the same object each time", async () => {
    await withHook(async (seen) => {
      class Special extends Error {
        readonly detail = { deep: [1] };
      }
      const thread = start(() => {
        throw Object.assign(new TypeError("no luck", { cause: new Error("why") }), { code: "E_LUCK", n: 3 });
      });
      await thread.joinAsync({ timeout: LONG });
      await until(() => seen.length === 1, "the hook was called");
      assert.equal(seen[0].thread, thread);
      for (const error of [seen[0].error, thread.exception] as (TypeError & { code: string; n: number })[]) {
        assert.ok(error instanceof TypeError);
        assert.equal(error.message, "no luck");
        assert.equal(error.code, "E_LUCK");
        assert.equal(error.n, 3);
        assert.equal((error.cause as Error).message, "why");
        assert.match(error.stack ?? "", /TypeError: no luck/);
      }
      assert.equal(thread.exception, thread.exception);
      assert.ok(Special);
    });
  });

  test("keeps its class, if that is imported or was shipped, also in a cause and from a thread of a thread", async () => {
    class Own extends RangeError {
      #secret = "hidden";
      kind = "own";
      describe(): string {
        return this.kind;
      }
      static is(error: object): boolean {
        return #secret in error;
      }
    }
    const exceptionOf = (target: () => unknown) => {
      const thread = start(target);
      thread.join({ timeout: LONG });
      return thread.exception as Error;
    };
    await withHook(async (seen) => {
      const imported = exceptionOf(() => {
        throw new ImportedError("one");
      });
      assert.ok(imported instanceof ImportedError);
      assert.equal(imported.extra, 42);
      const own = exceptionOf(() => {
        throw new Own("two");
      });
      assert.ok(own instanceof Own);
      assert.equal(own.describe(), "own");
      assert.equal(Own.is(own), false, "private members stay behind");
      const outer = exceptionOf(() => {
        throw new Error("outer", { cause: new Own("inner") });
      });
      assert.ok(outer.cause instanceof Own);
      const nested = exceptionOf(() => {
        const inner = new Thread({
          target: () => {
            throw new Own("three");
          },
        }).start();
        inner.join();
        throw inner.exception instanceof Own ? inner.exception : new Error("the class was lost on the way");
      });
      assert.ok(nested instanceof Own);
      assert.equal(nested.message, "three");
      await until(() => seen.length === 5, "the hook was called for each of them");
    });
  });

  test("may be anything: null, undefined, a number, a string are failures too", async () => {
    for (const value of [null, undefined, 0, "", "text", 12n, { a: 1 }, [1, 2]]) {
      await withHook(async (seen) => {
        const thread = start((value) => {
          throw value;
        }, value);
        await thread.joinAsync({ timeout: LONG });
        await until(() => seen.length === 1, `the hook was called with ${inspect(value)}`);
        assert.deepEqual(seen[0].error, value);
        assert.deepEqual(thread.exception, value);
        assert.equal(thread.state, "terminated");
      });
    }
  });

  test("is told once, whether the event loop of main turns or main is blocked in join", async () => {
    await withHook(async (seen) => {
      const thread = start(() => {
        throw new Error("once");
      });
      assert.equal(thread.join({ timeout: LONG }), true);
      assert.equal(seen.length, 0, "the hook runs on the event loop of the thread that set it");
      await until(() => seen.length === 1, "the hook was called");
      await sleepAsync(EXPIRES);
      assert.equal(seen.length, 1);
    });
  });

  test("later in its event loop, as stray rejection or from a timer, ends it as well", async () => {
    for (const how of ["rejection", "timer"] as const) {
      await withHook(async (seen) => {
        const thread = start(async (how) => {
          if (how === "rejection") void Promise.reject(new Error("stray"));
          else
            setTimeout(() => {
              throw new Error("stray");
            }, 1);
          await new Promise(() => {}); // for ever
        }, how);
        assert.equal(await thread.joinAsync({ timeout: LONG }), true, how);
        assert.equal((thread.exception as Error)?.message, "stray", how);
        await until(() => seen.length === 1, "the hook was called");
      });
    }
  });

  test("is not told for a thread that was terminated", async () => {
    await withHook(async (seen) => {
      const thread = start(() => sleep(60_000));
      await until(() => thread.state === "blocked", "it sleeps");
      thread.terminate();
      await thread.joinAsync({ timeout: LONG });
      await sleepAsync(EXPIRES);
      assert.equal(seen.length, 0);
      assert.equal(thread.exception, undefined);
    });
  });

  test("undefined is not set while it lives", async () => {
    const go = new SharedBoolean();
    const thread = spinning(go).start();
    assert.equal(thread.exception, undefined);
    go.value = true;
    await joinAll([thread]);
  });
});

describe("sleep and sleepAsync", () => {
  test("last as long as asked, not shorter", async () => {
    for (const ms of [0, 1, EXPIRES, 1.5]) {
      assert.ok((await took(() => sleep(ms))) >= ms - EARLY);
      assert.ok((await took(() => sleepAsync(ms))) >= ms - EARLY);
    }
  });

  test("block the event loop, or leave it be", async () => {
    let turned = false;
    setImmediate(() => (turned = true));
    sleep(EXPIRES);
    assert.equal(turned, false);
    await sleepAsync(EXPIRES);
    assert.equal(turned, true);
  });

  test("can be aborted when awaited", async () => {
    const reason = new Error("wake up");
    await assert.rejects(
      sleepAsync(LONG, { signal: AbortSignal.abort(reason) }),
      (error) => error === reason,
    );
    const controller = new AbortController();
    const pending = sleepAsync(LONG, { signal: controller.signal });
    controller.abort(reason);
    await assert.rejects(pending, (error) => error === reason);
  });
});

describe("a carrier that serves a second thread", { concurrency: false }, () => {
  /** Native id of the worker that runs `body`, after it ran. */
  async function runIn(body: () => unknown): Promise<number | undefined> {
    const thread = start(body);
    await thread.joinAsync({ timeout: LONG });
    return thread.nativeId;
  }

  test("is the same OS thread, and starts in a fraction of the time", async () => {
    await until(() => activeCount() === 1, "only main is left");
    const ids = new Set<number | undefined>();
    for (let i = 0; i < 20; i++) ids.add(await runIn(() => {}));
    assert.ok(ids.size < 10, `20 threads one after the other had ${ids.size} workers`);
  });

  test("is found by threads too that hand it shared memory, which only its owner can post", async () => {
    const ids = new SharedList<number | undefined>();
    const starter = start((ids) => {
      const bytes = new Int32Array(new SharedArrayBuffer(4));
      for (let i = 1; i <= 20; i++) {
        const thread = new Thread({ target: () => void Atomics.add(bytes, 0, 1) }).start();
        thread.join();
        if (bytes[0] !== i) throw new Error(`it is not the same memory: ${bytes[0]}`);
        ids.push(thread.nativeId);
      }
    }, ids);
    await joinAll([starter]);
    const workers = new Set(ids);
    assert.ok(workers.size < 10, `20 threads one after the other had ${workers.size} workers`);
  });

  test("has another current thread, with its own name and ident", async () => {
    for (let i = 0; i < 20; i++) {
      const thread = startEach(
        (name) => {
          if (currentThread().name !== name) throw new Error(`${currentThread().name} is not ${name}`);
          if (currentThread().ident !== getIdent()) throw new Error("the ident is another's");
          currentThread().name = `${name} done`;
        },
        [[`reused ${i}`]],
        { name: `reused ${i}` },
      );
      await joinAll(thread);
      assert.equal(thread[0].name, `reused ${i} done`);
    }
  });

  test("is not one whose thread failed, exited or was killed", async () => {
    await withHook(async () => {
      for (const body of [
        () => {
          throw new Error("failed");
        },
        () => process.exit(0),
        () => void currentThread().terminate(),
      ]) {
        const id = await runIn(body);
        for (let i = 0; i < 5; i++) assert.notEqual(await runIn(() => {}), id);
      }
    });
  });

  for (const [what, body] of [
    ["a timer", () => void setInterval(() => {}, 1)],
    ["an unref'd timer", () => void setInterval(() => {}, 1).unref()],
    ["a listener on process", () => void process.on("warning", () => {})],
    ["a new global", () => void Object.assign(globalThis, { leftover: 1 })],
    [
      "an open port",
      () => {
        const { port1 } = new MessageChannel();
        port1.on("message", () => {});
      },
    ],
  ] as const) {
    test(`is not one whose thread left ${what}`, async () => {
      // A fresh worker and a used one.
      for (let round = 0; round < 2; round++) {
        const left = await runIn(body);
        const later = await Promise.all([1, 2, 3, 4, 5, 6].map(() => runIn(() => {})));
        assert.ok(!later.includes(left), `a worker with ${what} was used again, in round ${round}`);
        await runIn(() => {});
      }
    });
  }

  test("does not have the first one's excepthook", async () => {
    const called = new SharedInt32();
    const first = start((called) => setExcepthook(() => void called.add(1)), called);
    await joinAll([first]);
    await withHook(async (seen) => {
      const second = start(() => {
        throw new Error("for main's hook");
      });
      await second.joinAsync({ timeout: LONG });
      await until(() => seen.length === 1, "main's hook was called");
    });
    assert.equal(called.value, 0);
  });

  test("does not keep console methods that the first one replaced", async () => {
    const called = new SharedInt32();
    const first = start((called) => {
      console.debug = () => void called.add(1);
    }, called);
    await joinAll([first]);
    for (let i = 0; i < 6; i++) await joinAll([start(() => console.debug === undefined)]);
    const later = startEach(() => {
      console.debug("");
    }, [[], [], []]);
    await joinAll(later);
    assert.equal(called.value, 0, "another thread's console.debug was called");
  });
});

describe("resourceLimits", () => {
  test("give a thread a worker of its own, which is not used again", async () => {
    const limited = startEach(
      async () => {
        const { resourceLimits } = await import("node:worker_threads");
        if (resourceLimits.maxOldGenerationSizeMb !== 64) throw new Error(JSON.stringify(resourceLimits));
      },
      [[]],
      { resourceLimits: { maxOldGenerationSizeMb: 64 } },
    );
    await joinAll(limited);
    for (let i = 0; i < 5; i++) {
      const thread = start(() => {});
      await joinAll([thread]);
      assert.notEqual(thread.nativeId, limited[0].nativeId);
    }
  });
});

test("blocking waits of main work without its event loop, from the first thread on", () => {
  const n = new SharedInt32();
  const threads = startEach(
    (n) => void n.add(1),
    [1, 2, 3].map(() => [n] as const),
  );
  untilSync(() => n.value === 3, "all three ran while main blocked", PATIENCE);
  for (const thread of threads) assert.equal(thread.join({ timeout: LONG }), true);
});
