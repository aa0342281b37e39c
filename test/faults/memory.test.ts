/** Memory of the arena comes back, whatever ended the thread that held it. Each in a process of its own. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { captured, runScript } from "../harness/child.ts";
import { CHILD } from "../harness/delays.ts";

const HEAD = `
import { census, usedBytes } from "../../test/harness/arena.ts";
import { Lock, SharedBoolean, SharedInt32, sleep, sleepAsync, Thread } from "threadkit";
const settled = async (goal: number, what: string) => {
  const end = performance.now() + 10_000;
  while (usedBytes() > goal && performance.now() < end) {
    globalThis.gc!();
    await sleepAsync(2);
  }
  console.log(what, usedBytes() <= goal ? "fine" : usedBytes() - goal + " bytes are left: " + JSON.stringify(census()));
};
`;

async function isFine(source: string, ...what: string[]): Promise<void> {
  const result = await runScript(HEAD + source, { nodeArgs: ["--expose-gc"], timeout: CHILD });
  assert.equal(result.code, 0, captured(result));
  assert.equal(result.stdout, what.map((line) => `${line} fine\n`).join(""), captured(result));
}

describe("what a thread held in the arena comes back", () => {
  for (const [how, end] of [
    ["it was terminated", "for (;;) sleep(1);"],
    ["it threw", "throw new Error('no luck');"],
    ["it called process.exit()", "process.exit();"],
  ]) {
    test(`after ${how}`, async () => {
      await isFine(
        `
        const ready = new SharedInt32();
        const round = async () => {
          ready.value = 0;
          const t = new Thread({ target: () => {
            const all = Array.from({ length: 2_000 }, () => new SharedInt32());
            const locks = Array.from({ length: 50 }, () => new Lock());
            ready.value = all.length + locks.length;
            ${end}
          } }).start();
          while (ready.value === 0) sleep(1);
          ${how === "it was terminated" ? "t.terminate();" : ""}
          await t.joinAsync();
        };
        await round();
        globalThis.gc!();
        await sleepAsync(50);
        globalThis.gc!();
        await sleepAsync(50);
        const goal = usedBytes() + 2_000; // a thread's own blocks, while its handle lives
        for (let i = 0; i < 4; i++) await round();
        await settled(goal, "used");
        `,
        "used",
      );
    });
  }

  test("after it ended normally, at the latest when its worker collects garbage", async () => {
    await isFine(
      `
      const round = () => new Thread({ target: async () => {
        (() => { for (let i = 0; i < 2_000; i++) new SharedInt32(); })();
        for (let i = 0; i < 5; i++) { globalThis.gc!(); await sleepAsync(1); }
      } }).start().joinAsync();
      await round();
      const goal = usedBytes() + 2_000;
      for (let i = 0; i < 4; i++) await round();
      await settled(goal, "used");
      `,
      "used",
    );
  });

  test("when a pending acquireAsync of a killed thread goes with it", async () => {
    await isFine(
      `
      const lock = new Lock();
      lock.acquire();
      const round = async () => {
        const standing = new SharedBoolean();
        const t = new Thread({ target: async () => {
          const all = Array.from({ length: 500 }, () => lock.acquireAsync());
          standing.value = true;
          await Promise.all(all);
        } }).start();
        while (!standing.value) sleep(1);
        t.terminate();
        await t.joinAsync();
      };
      await round();
      globalThis.gc!();
      await sleepAsync(50);
      const goal = usedBytes() + 2_000;
      for (let i = 0; i < 4; i++) await round();
      await settled(goal, "used");
      lock.release();
      console.log("lock", lock.locked() ? "is held by a dead waiter" : "fine");
      `,
      "used",
      "lock",
    );
  });

  test("when arguments, names and exceptions are dropped with their threads", async () => {
    await isFine(
      `
      const round = async () => {
        for (let i = 0; i < 10; i++) {
          const t = new Thread({ name: "n".repeat(5_000), args: ["a".repeat(50_000), new SharedInt32()], target: (text) => { if (text.length !== 50_000) throw new Error("x"); } });
          if (i % 2) t.start();
          if (i % 2) await t.joinAsync();
        }
        const failing = new Thread({ target: () => { throw new Error("e".repeat(20_000)); } }).start();
        await failing.joinAsync();
        if ((failing.exception as Error).message.length !== 20_000) console.log("lost");
      };
      const collect = () => new Thread({ target: async () => { for (let i = 0; i < 5; i++) { globalThis.gc!(); await sleepAsync(1); } } }).start().joinAsync();
      await round();
      await collect();
      globalThis.gc!();
      await sleepAsync(50);
      globalThis.gc!();
      await sleepAsync(50);
      const goal = usedBytes() + 4_000;
      for (let i = 0; i < 5; i++) await round();
      for (let i = 0; i < 5; i++) await collect();
      await settled(goal, "used");
      `,
      "used",
    );
  });
});
