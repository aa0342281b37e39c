/** Event: the suite for both drivers, and what is not about the driver. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, test } from "../harness/tests.ts";
import "../harness/watchdog.ts";
import { Event, SharedInt32, Thread } from "threadkit";
import { EXPIRES, LONG } from "../harness/delays.ts";
import { joinAll, start } from "../harness/threads.ts";
import { until } from "../harness/until.ts";
import { eventWords, quiet } from "../harness/words.ts";
import { awaiting, blocking, eventSuite, whenAwaited } from "./event.ts";

eventSuite(() => new Event(), blocking);
eventSuite(() => new Event(), awaiting);

describe("an Event in another thread", () => {
  test("is the same event, by argument and by capture, and has the same powers", async () => {
    const event = new Event();
    const back = new Event();
    const seen = new SharedInt32();
    const byArgument = start(
      (event, seen) => {
        if (event instanceof Event && event.wait()) seen.add(1);
      },
      event,
      seen,
    );
    const byCapture = new Thread({
      target: async () => {
        if (await event.waitAsync()) seen.add(1);
        event.clear();
        back.set();
      },
    }).start();
    await until(() => byArgument.state === "blocked", "one waits");
    event.set();
    assert.equal(await back.waitAsync({ timeout: LONG }), true);
    await joinAll([byArgument, byCapture as Thread]);
    assert.equal(seen.value, 2);
    assert.equal(event.isSet(), false);
    assert.deepEqual([eventWords(event), eventWords(back)], [quiet(0), quiet(2)]);
  });

  test("orders what was written before set() before what is read after wait()", async () => {
    const [event, answer, plain] = [new Event(), new Event(), new Int32Array(new SharedArrayBuffer(4))];
    const rounds = 2_000;
    const writer = start(
      (event, answer, plain, rounds) => {
        for (let i = 1; i <= rounds; i++) {
          plain[0] = i;
          event.set();
          answer.wait();
          answer.clear();
        }
      },
      event,
      answer,
      plain,
      rounds,
    );
    for (let i = 1; i <= rounds; i++) {
      event.wait();
      event.clear();
      assert.equal(plain[0], i);
      answer.set();
    }
    await joinAll([writer]);
  });
});

describe("an aborted waitAsync of an Event (API rule 3)", () => {
  test("that was aborted before rejects with the reason, even though the event is set", async () => {
    const event = new Event();
    event.set();
    const reason = { why: "before" };
    await assert.rejects(event.waitAsync({ signal: AbortSignal.abort(reason) }), (error) => error === reason);
  });

  test("that is aborted in line rejects with the reason and leaves no trace", async () => {
    const event = new Event();
    const controller = new AbortController();
    const pending = event.waitAsync({ signal: controller.signal, timeout: LONG });
    await until(() => eventWords(event).head !== 0, "it stands in line");
    const reason = { why: "during" };
    controller.abort(reason);
    await assert.rejects(pending, (error) => error === reason);
    assert.deepEqual(eventWords(event), quiet(0));
  });

  test("leaves the others in line, whichever of them it is", async () => {
    for (const which of [0, 1, 2]) {
      const event = new Event();
      const controller = new AbortController();
      const pending = [0, 1, 2].map((i) =>
        event.waitAsync(i === which ? { signal: controller.signal } : { timeout: LONG }),
      );
      controller.abort();
      await assert.rejects(pending[which], { name: "AbortError" });
      assert.match(inspect(event), /2 waiting/);
      event.set();
      event.clear();
      assert.deepEqual(await Promise.all(pending.filter((_, i) => i !== which)), [true, true]);
      assert.deepEqual(eventWords(event), quiet(0));
    }
  });

  test("that was let through before it was aborted is true", async () => {
    const event = new Event();
    const controller = new AbortController();
    const pending = event.waitAsync({ signal: controller.signal });
    event.set();
    event.clear();
    controller.abort();
    assert.equal(await pending, true);
  });
});

describe("an Event prints", () => {
  test("its state and how many wait, from any thread", async () => {
    const event = new Event();
    assert.equal(inspect(event), "Event { clear, 0 waiting }");
    const waiter = start((event) => event.wait(), event);
    const other = start((event) => {
      whenAwaited(event);
      if (inspect(event) !== "Event { clear, 1 waiting }") throw new Error(inspect(event));
    }, event);
    await joinAll([other]);
    event.set();
    await joinAll([waiter]);
    assert.equal(inspect(event), "Event { set, 0 waiting }");
    assert.equal(event.wait({ timeout: EXPIRES }), true);
  });
});
