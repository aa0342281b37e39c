/** ThreadLocal and memory: what it keeps, for how long. Each in a process of its own, with a collector to call. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { captured, runScript } from "../harness/child.ts";
import { CHILD } from "../harness/delays.ts";

const HEAD = `
import { census, usedBytes } from "../../test/harness/arena.ts";
import { setExcepthook, SharedInt32, sleep, sleepAsync, Thread, ThreadLocal } from "threadkit";
/** Collects until \`condition\` holds. What a WeakRef gave out lives until the next turn: so that comes first. */
const collected = async (condition: () => boolean) => {
  for (let i = 0; i < 300 && !condition(); i++) {
    await sleepAsync(1);
    globalThis.gc!();
    await sleepAsync(1);
  }
  return condition();
};
`;

async function prints(source: string, stdout: string): Promise<void> {
  const result = await runScript(HEAD + source, { nodeArgs: ["--expose-gc"], timeout: CHILD });
  assert.equal(result.code, 0, captured(result));
  assert.equal(result.stdout, stdout, captured(result));
}

describe("attributes", () => {
  test("of a thread that ended are collected, though its worker and the ThreadLocal live on", async () => {
    await prints(
      `
      const local = new ThreadLocal<{ big: object }>();
      const fill = () => {
        local.big = new Array(1000);
        // Not enumerable: nothing of it counts as left behind in the worker.
        Object.defineProperty(globalThis, "ref", { value: new WeakRef(local.big), configurable: true });
      };
      const look = async () => {
        const { ref } = globalThis as unknown as { ref?: WeakRef<object> };
        if (ref === undefined) return console.log("another worker");
        console.log("collected:", await collected(() => ref.deref() === undefined));
      };
      new Thread({ target: fill }).start().join();
      new Thread({ target: look }).start().join();
      console.log(Object.keys(local).length);
      `,
      "collected: true\n0\n",
    );
  });

  test("of a ThreadLocal that nobody has any more are collected while the thread lives", async () => {
    await prints(
      `
      const refs: WeakRef<object>[] = [];
      const make = () => {
        for (let i = 0; i < 1000; i++) {
          const local = new ThreadLocal<{ value: object }>(() => ({ value: { i } }));
          refs.push(new WeakRef(local.value));
        }
      };
      make();
      const blocks = await collected(() => (census().ThreadLocal ?? 0) === 0);
      // New ones are looked through when they come.
      make();
      console.log(blocks, await collected(() => refs.slice(0, 1000).every((ref) => ref.deref() === undefined)));
      `,
      "true true\n",
    );
  });

  test("stay while the thread lives, though its handle of the ThreadLocal is collected and built anew", async () => {
    await prints(
      `
      setExcepthook(() => {});
      const runs = new SharedInt32();
      const local = new ThreadLocal(() => ({ n: runs.add(1) + 1, mark: "" }));
      const bearers = [0, 1].map(() => new Thread({ target: () => { throw { local }; } }).start());
      for (const bearer of bearers) bearer.join();
      const t = new Thread({ target: async (bearers: Thread[]) => {
        const borrow = () => (bearers.pop()!.exception as { local: typeof local }).local;
        const write = () => {
          const local = borrow();
          local.mark = "mine";
          return new WeakRef(local);
        };
        const first = write();
        console.log("handle collected:", await collected(() => first.deref() === undefined));
        console.log(borrow().mark);
      }, args: [bearers] }).start();
      await t.joinAsync();
      if (t.exception) throw t.exception;
      console.log(runs.value);
      `,
      "handle collected: true\nmine\n1\n",
    );
  });

  test("are not those of an older ThreadLocal that had the same place in memory", async () => {
    await prints(
      `
      let wrong = 0;
      const round = (mark: number) => {
        for (let i = 0; i < 30; i++) {
          const local = new ThreadLocal<{ old?: number }>();
          if ("old" in local) wrong++;
          local.old = mark;
        }
      };
      for (let i = 0; i < 10; i++) {
        round(i);
        if (!(await collected(() => (census().ThreadLocal ?? 0) === 0))) console.log("blocks are left");
      }
      console.log(wrong);
      `,
      "0\n",
    );
  });
});

describe("the blocks of a ThreadLocal", () => {
  test("come back with it, its shipped initialiser too", async () => {
    await prints(
      `
      const round = () => {
        const shared = new SharedInt32();
        const locals = Array.from({ length: 20 }, (_, i) => new ThreadLocal(() => ({ i, text: "x".repeat(100), shared })));
        const t = new Thread({ target: (locals: { i: number }[]) => {
          if (locals.some((local, i) => local.i !== i)) throw new Error("mixed up");
        }, args: [locals] }).start();
        t.join();
        if (t.exception) throw t.exception;
        return (census().ThreadLocal ?? 0) >= 20;
      };
      const made = round();
      // The thread's handles are collected in its worker, which idles now.
      const idle = () => (census().ThreadLocal ?? 0) === 0;
      for (let i = 0; i < 100 && !idle(); i++) {
        new Thread({ target: () => globalThis.gc!() }).start().join();
        await sleepAsync(1);
        globalThis.gc!();
        await sleepAsync(1);
      }
      console.log(made, idle(), census().SharedInt32 ?? 0);
      `,
      "true true 0\n",
    );
  });

  test("of a local whose initialiser was refused hold nothing", async () => {
    await prints(
      `
      const promise = Promise.resolve();
      const socket = new AbortController();
      const locals = [new ThreadLocal(() => ({ promise })), new ThreadLocal(() => ({ socket }))];
      const messages = census().Message ?? 0;
      for (const local of locals) {
        try {
          new Thread({ name: "", target: () => void local.x }).start();
          console.log("it crossed");
        } catch (error) {
          console.log((error as { code: string }).code);
        }
      }
      console.log(await collected(() => (census().Message ?? 0) <= messages + 2)); // the names of two threads
      `,
      "CANNOT_CROSS\nCANNOT_CROSS\ntrue\n",
    );
  });
});
