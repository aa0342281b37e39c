/** Timer: what every one does (timer.ts), what it is as a thread, and how it holds its process. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, test } from "../harness/tests.ts";
import "../harness/watchdog.ts";
import {
  CaptureError,
  currentThread,
  Event,
  enumerate,
  RuntimeError,
  SharedInt32,
  setExcepthook,
  Thread,
  TIMEOUT_MAX,
  Timer,
} from "threadkit";
import { captured, runScript } from "../harness/child.ts";
import { CHILD, EARLY, EXPIRES, LONG } from "../harness/delays.ts";
import { refuses } from "../harness/refuses.ts";
import { joinAll, start } from "../harness/threads.ts";
import { took, until } from "../harness/until.ts";
import { awaiting, blocking, timerSuite } from "./timer.ts";

timerSuite(blocking);
timerSuite(awaiting);

describe("a timer whose function fails", () => {
  for (const [how, fn] of [
    [
      "throws",
      () => {
        throw new RangeError("no luck");
      },
    ],
    [
      "rejects",
      async () => {
        throw new RangeError("no luck");
      },
    ],
  ] as const) {
    test(`because it ${how}: the hook is told, exception is set, finished is not`, async () => {
      const seen: { error: unknown; thread: Thread }[] = [];
      setExcepthook((info) => seen.push(info));
      try {
        const timer = new Timer(0, fn);
        timer.start();
        assert.equal(timer.join({ timeout: LONG }), true);
        await until(() => seen.length === 1, "the hook was called");
        assert.equal((timer.exception as Error).message, "no luck");
        assert.ok(seen[0].error instanceof RangeError);
        assert.equal(seen[0].thread, timer);
        assert.equal(timer.finished.isSet(), false);
        assert.equal(timer.finished.wait({ timeout: 5 }), false);
      } finally {
        setExcepthook(undefined);
      }
    });
  }
});

describe("a timer is a thread", () => {
  test("with an automatic name, a state, an ident, and a place in enumerate()", async () => {
    const next = Number(/^Thread-(\d+)$/.exec(new Thread().name)?.[1]) + 1;
    const timer = new Timer(LONG, function named() {});
    assert.ok(timer instanceof Thread && timer instanceof Timer);
    assert.equal(timer.name, `Thread-${next}`, "without its function's name, as in Python");
    assert.equal(inspect(timer), `Timer { "Thread-${next}", new }`);
    assert.equal(timer.state, "new");
    assert.ok(!enumerate().includes(timer as unknown as Thread));
    assert.equal(timer.start(), timer);
    assert.ok((timer.ident as number) > 0);
    assert.ok(enumerate().includes(timer as unknown as Thread));
    await until(() => timer.state === "blocked", "it waits");
    refuses(
      () => timer.start(),
      RuntimeError,
      "THREAD_STARTED",
      `cannot start Thread-${next}: it was started before. Make a new Thread for each run.`,
    );
    timer.name = "renamed";
    timer.cancel();
    await joinAll([timer as unknown as Thread]);
    assert.equal(inspect(timer), `Timer { "renamed", terminated, ident ${timer.ident} }`);
  });

  test("and a Timer in every thread that meets it: current, captured, listed, in args", async () => {
    const faults = new SharedInt32();
    const timer: Timer<[]> = new Timer(1, () => {
      const current = currentThread();
      if (!(current instanceof Timer)) faults.add(1);
      if ((current as unknown) !== timer) faults.add(10);
      if (!enumerate().includes(current) || timer.interval !== 1) faults.add(100);
    });
    timer.start();
    await joinAll([timer as unknown as Thread]);
    assert.equal(faults.value, 0);

    const waiting = new Timer(1234.5, () => {});
    waiting.start();
    await joinAll([
      start((waiting) => {
        const listed = enumerate().find((thread) => thread instanceof Timer);
        if ((listed as unknown) !== waiting || !(waiting instanceof Timer)) throw new Error("another object");
        if (waiting.interval !== 1234.5) throw new Error(`interval ${waiting.interval}`);
        if (!(waiting.finished instanceof Event) || waiting.finished.isSet()) throw new Error("finished");
        const { finished } = waiting;
        waiting.cancel();
        if (!finished.isSet() || waiting.finished !== finished) throw new Error("not set");
      }, waiting),
    ]);
    await joinAll([waiting as unknown as Thread]);
  });

  test("that can be started by another thread than the one that made it", async () => {
    const hits = new SharedInt32();
    const timer = new Timer(1, (hits: SharedInt32) => void hits.add(1), [hits]);
    await joinAll([start((timer) => void timer.start(), timer)]);
    await joinAll([timer as unknown as Thread]);
    assert.equal(hits.value, 1);
    assert.equal(timer.finished.isSet(), true);
  });

  test("that is a daemon if its maker is one, or if it is told to be, until it starts", async () => {
    const timer = new Timer(LONG, () => {});
    assert.equal(timer.daemon, false);
    timer.daemon = true;
    timer.start();
    assert.throws(() => (timer.daemon = false), { code: "THREAD_STARTED" });
    timer.cancel();
    await joinAll([timer as unknown as Thread]);
    const inherited = new SharedInt32();
    const maker = new Thread({
      daemon: true,
      target: () => void inherited.add(new Timer(0, () => {}).daemon ? 1 : 2),
    });
    maker.start();
    await joinAll([maker as Thread]);
    assert.equal(inherited.value, 1);
  });

  test("that refuses at start() what can't cross, and is as it was", () => {
    const promise = Promise.resolve();
    const timer = new Timer(0, () => void promise);
    refuses(() => timer.start(), CaptureError, "CANNOT_CROSS", /'promise'/);
    assert.equal(timer.state, "new");
    assert.equal(timer.finished.isSet(), false);
  });

  test("whose run(), called directly, waits and fires in the caller", async () => {
    let hits = 0;
    const timer = new Timer(EXPIRES, (n: number) => (hits += n), [2]);
    const ms = await took(() => timer.run());
    assert.ok(ms >= EXPIRES - EARLY, `it took ${ms} ms`);
    assert.equal(hits, 2);
    assert.equal(timer.finished.isSet(), true);
    assert.equal(timer.run(), undefined);
    assert.equal(hits, 2, "it is finished: it does not fire again");
  });

  test("that may have subclasses", async () => {
    const hits = new SharedInt32();
    class Repeating extends Timer<[SharedInt32]> {
      times = 3;
      override run(): unknown {
        for (let i = 1; i < this.times; i++)
          if (!this.finished.wait({ timeout: this.interval })) hits.add(10);
        return super.run();
      }
    }
    const timer = new Repeating(1, (hits: SharedInt32) => void hits.add(1), [hits]);
    timer.start();
    await joinAll([timer as unknown as Thread]);
    assert.equal(hits.value, 21);
    assert.equal(timer.finished.isSet(), true);
  });

  test("has the interval it was given, also the longest, and Infinity waits until it is cancelled", async () => {
    for (const interval of [0, 0.25, 1e-9, TIMEOUT_MAX, Number.POSITIVE_INFINITY])
      assert.equal(new Timer(interval, () => {}).interval, interval);
    const timer = new Timer(Number.POSITIVE_INFINITY, () => {}).start();
    await until(() => timer.state === "blocked", "it waits");
    timer.cancel();
    await joinAll([timer as unknown as Thread]);
  });
});

describe("the process", () => {
  const run = async (source: string) => {
    const result = await runScript(`import { Thread, Timer } from "threadkit";\n${source}`, {
      timeout: CHILD,
    });
    assert.equal(result.code, 0, captured(result));
    return result.stdout;
  };

  test("waits for a timer that is no daemon", async () => {
    const source = `new Timer(150, () => console.log("fired")).start(); console.log("main");`;
    assert.equal(await run(source), "main\nfired\n");
  });

  test("does not wait for a daemon, nor for the rest of a cancelled one's interval", async () => {
    const source = `
      const daemon = new Timer(600_000, () => console.log("fired"));
      daemon.daemon = true;
      daemon.start();
      const cancelled = new Timer(600_000, () => console.log("fired")).start();
      cancelled.cancel();
      console.log("main");
    `;
    assert.equal(await run(source), "main\n");
  });

  test("ends as it would when a timer was never started", async () => {
    assert.equal(await run(`new Timer(600_000, () => {}); console.log("main");`), "main\n");
  });
});
