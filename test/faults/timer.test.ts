/** A timer that is killed: finished stays unset, and nobody hangs. Each in a process of its own. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { captured, runScript } from "../harness/child.ts";
import { CHILD } from "../harness/delays.ts";

const IMPORTS = `import { inspect } from "node:util";
import { Event, sleep, Thread, Timer } from "threadkit";
const LONG = 15_000;
`;

async function prints(source: string, stdout: string): Promise<void> {
  const result = await runScript(IMPORTS + source, { timeout: CHILD });
  assert.equal(result.code, 0, captured(result));
  assert.equal(result.stdout, stdout, captured(result));
  assert.equal(result.stderr, "", captured(result));
}

describe("a timer that is terminated", () => {
  test("while it waits is over at once, has not fired, and leaves its event as if it had never waited", async () => {
    await prints(
      `
      for (let i = 0; i < 10; i++) {
        const timer = new Timer(600_000, () => console.log("fired")).start();
        while (timer.state !== "blocked") sleep(1);
        if (i === 9) console.log(inspect(timer.finished));
        if (!timer.terminate() || !timer.join({ timeout: LONG })) throw new Error("it lives");
        if (i === 9) console.log(timer.state, timer.exception, inspect(timer.finished));
        timer.cancel();
        if (!timer.finished.isSet()) throw new Error("cancel() sets it all the same");
      }
      `,
      "Event { clear, 1 waiting }\nterminated undefined Event { clear, 0 waiting }\n",
    );
  });

  test("while its function runs has not finished", async () => {
    await prints(
      `
      const inside = new Event();
      const timer = new Timer(0, () => { inside.set(); for (;;); }).start();
      inside.wait();
      timer.terminate();
      console.log(timer.join({ timeout: LONG }), timer.finished.isSet());
      `,
      "true false\n",
    );
  });

  test("leaves others who wait for it in line, until somebody sets it", async () => {
    await prints(
      `
      const timer = new Timer(600_000, () => {}).start();
      while (timer.state !== "blocked") sleep(1);
      const waiter = new Thread({ target: () => console.log("let through:", timer.finished.wait({ timeout: LONG })) }).start();
      while (waiter.state !== "blocked") sleep(1);
      timer.terminate();
      timer.join();
      console.log(waiter.state, inspect(timer.finished));
      timer.cancel();
      console.log(waiter.join({ timeout: LONG }));
      `,
      "blocked Event { clear, 1 waiting }\nlet through: true\ntrue\n",
    );
  });

  test("at the moment it is cancelled ends either way", async () => {
    await prints(
      `
      for (let i = 0; i < 30; i++) {
        const timer = new Timer(600_000, () => console.log("fired")).start();
        if (i % 2 === 0) while (timer.state !== "blocked") sleep(1);
        const killer = new Thread({ target: () => void timer.terminate() }).start();
        timer.cancel();
        if (!timer.join({ timeout: LONG })) { console.log("hangs in round", i); process.exit(); }
        killer.join();
        if (!timer.finished.isSet()) throw new Error("not set");
      }
      console.log("all ended");
      `,
      "all ended\n",
    );
  });

  test("by its own function is over, and its maker may be over before it", async () => {
    await prints(
      `
      const made = new Thread({ target: () => {
        const timer: Timer<[]> = new Timer(50, () => { console.log("fired"); timer.terminate(); for (;;); });
        timer.start();
      } }).start();
      made.join();
      console.log("maker is over");
      `,
      "maker is over\nfired\n",
    );
  });
});
