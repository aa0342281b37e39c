/** SharedRef: what users see of it, set and updated by blocking and by awaiting. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { describe, test } from "../harness/tests.ts";
import "../harness/watchdog.ts";
import {
  Lock,
  SharedBoolean,
  SharedInt32,
  SharedList,
  SharedRef,
  sleep,
  sleepAsync,
  Thread,
} from "threadkit";
import { captured, runScript } from "../harness/child.ts";
import { LONG, SECTION } from "../harness/delays.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";
import { until } from "../harness/until.ts";

interface Driver {
  name: string;
  set<T>(ref: SharedRef<T>, value: T): void | Promise<void>;
  update<T>(ref: SharedRef<T>, fn: (value: T) => T): T | Promise<T>;
}

const DRIVERS: Driver[] = [
  { name: "blocking", set: (ref, value) => ref.set(value), update: (ref, fn) => ref.update(fn) },
  { name: "awaiting", set: (ref, value) => ref.setAsync(value), update: (ref, fn) => ref.updateAsync(fn) },
];

for (const { name, set, update } of DRIVERS) {
  describe(`a SharedRef, ${name}`, () => {
    test("holds what it was set to", async () => {
      const ref = new SharedRef<unknown>("first");
      assert.equal(ref.get(), "first");
      for (const value of [
        1,
        -0,
        1.5,
        "text ".repeat(99),
        5n,
        null,
        undefined,
        true,
        { a: [1] },
        new Date(1),
      ]) {
        await set(ref, value);
        assert.deepEqual(ref.get(), value);
        assert.deepEqual(ref.value, value);
      }
    });

    test("updates to what the function returned, and returns it", async () => {
      const ref = new SharedRef({ n: 1 });
      const next = { n: 2 };
      assert.equal(
        await update(ref, (now) => {
          assert.deepEqual(now, { n: 1 });
          return next;
        }),
        next,
      );
      assert.deepEqual(ref.get(), { n: 2 });
    });

    test("keeps its value if the function throws, and can be updated again", async () => {
      const ref = new SharedRef<unknown>("kept");
      const failure = new Error("mine");
      const failing = async () =>
        update(ref, () => {
          throw failure;
        });
      await assert.rejects(failing, (error) => error === failure);
      assert.equal(ref.get(), "kept");
      await assert.rejects(async () => update(ref, () => new WeakMap()), { code: "CANNOT_CROSS" });
      assert.equal(ref.get(), "kept");
      assert.equal(await update(ref, () => "next"), "next");
    });

    test("refuses an update inside an update of itself, not of another", async () => {
      const [ref, other] = [new SharedRef(1), new SharedRef(1)];
      const codes: string[] = [];
      const note = (run: () => unknown) => {
        try {
          run();
        } catch (error) {
          codes.push((error as { code: string }).code);
        }
      };
      await update(ref, (n) => {
        note(() => ref.update(() => 5));
        note(() => ref.set(5));
        note(() => {
          ref.value = 5;
        });
        other.update((m) => m + 1);
        assert.equal(ref.get(), 1);
        return n + 1;
      });
      assert.deepEqual(codes, ["UPDATE_NESTED", "UPDATE_NESTED", "UPDATE_NESTED"]);
      assert.deepEqual([ref.get(), other.get()], [2, 2]);
    });

    test("loses no update of many threads", async () => {
      const ref = new SharedRef({ count: 0, by: [0, 0, 0] });
      const EACH = 300;
      await joinAll(
        startEach(
          async (target: typeof ref, id: number, each: number) => {
            for (let i = 0; i < each; i++)
              await update(target, ({ count, by }) => {
                by[id]++;
                return { count: count + 1, by };
              });
          },
          [0, 1, 2].map((id) => [ref, id, EACH] as const),
        ),
      );
      assert.deepEqual(ref.get(), { count: 3 * EACH, by: [EACH, EACH, EACH] });
    });

    test("waits with a set for an update that another thread is in, and get does not", async () => {
      const [ref, inside, go] = [new SharedRef("old"), new SharedBoolean(), new SharedBoolean()];
      const thread = start(
        (r: SharedRef<string>, entered: SharedBoolean, leave: SharedBoolean) => {
          r.update((now) => {
            entered.value = true;
            while (!leave.value) sleep(1);
            return `${now}, updated`;
          });
        },
        ref,
        inside,
        go,
      );
      await until(() => inside.value, "the update begins");
      assert.equal(ref.get(), "old");
      const opener = start(
        (leave: SharedBoolean, ms: number) => {
          sleep(ms);
          leave.value = true;
        },
        go,
        SECTION,
      );
      await set(ref, "set after");
      assert.equal(go.value, true);
      assert.equal(ref.get(), "set after");
      await joinAll([thread, opener]);
    });

    test("keeps the old value of an update whose thread was killed, and the next goes on", async () => {
      const [ref, inside] = [new SharedRef("old"), new SharedBoolean()];
      const thread = start(
        (r: SharedRef<string>, entered: SharedBoolean) => {
          r.update(() => {
            entered.value = true;
            sleep(60_000);
            return "never";
          });
        },
        ref,
        inside,
      );
      await until(() => inside.value, "the update begins");
      thread.terminate();
      assert.equal(await update(ref, (now) => `${now}!`), "old!");
      await set(ref, "later");
      assert.equal(ref.get(), "later");
      thread.join({ timeout: LONG });
    });

    test("is free again when a thread fails in an update", async () => {
      const [ref, failed] = [new SharedRef(1), new SharedBoolean()];
      const thread = start(
        (r: SharedRef<number>, seen: SharedBoolean) => {
          try {
            r.update(() => {
              throw new Error("no");
            });
          } catch {
            seen.value = true;
          }
        },
        ref,
        failed,
      );
      await joinAll([thread]);
      assert.equal(failed.value, true);
      assert.equal(await update(ref, (n) => n + 1), 2);
    });
  });
}

describe("a SharedRef", () => {
  test("copies its value in and out, and holds shared objects by reference", () => {
    const value = { n: 1 };
    const ref = new SharedRef<{ n: number }>(value);
    value.n = 2;
    ref.get().n = 3;
    assert.deepEqual(ref.get(), { n: 1 });
    const [lock, list] = [new Lock(), new SharedList()];
    assert.equal(new SharedRef(lock).get(), lock);
    assert.equal(new SharedRef({ list }).get().list, list);
  });

  test("may hold a function with what it captures", () => {
    const add = 2;
    const ref = new SharedRef((n: number) => n + add);
    assert.equal(ref.get()(3), 5);
  });

  test("may hold itself", () => {
    const ref = new SharedRef<unknown>(null);
    ref.set(ref);
    assert.equal(ref.get(), ref);
    assert.equal(inspect(ref), "SharedRef [SharedRef]");
    ref.set(null);
  });

  test("awaits an async function, and nobody comes between", async () => {
    const ref = new SharedRef(1);
    const order: string[] = [];
    const slow = ref.updateAsync(async (n) => {
      order.push("slow begins");
      await sleepAsync(SECTION);
      order.push("slow ends");
      return n + 1;
    });
    const fast = ref.updateAsync((n) => {
      order.push("fast");
      return n * 10;
    });
    assert.equal(ref.get(), 1);
    assert.equal(await slow, 2);
    assert.equal(await fast, 20);
    assert.deepEqual(order, ["slow begins", "slow ends", "fast"]);
  });

  test("refuses what would wait for itself inside an async update", async () => {
    const ref = new SharedRef(1);
    await ref.updateAsync(async (n) => {
      await sleepAsync(1);
      await assert.rejects(() => ref.updateAsync(() => 5), { code: "UPDATE_NESTED" });
      await assert.rejects(() => ref.setAsync(5), { code: "UPDATE_NESTED" });
      return n + 1;
    });
    assert.equal(ref.get(), 2);
  });

  test("refuses to block for an async update of the same thread", async () => {
    const ref = new SharedRef(1);
    const pending = ref.updateAsync(async (n) => {
      await sleepAsync(SECTION);
      return n + 1;
    });
    await null;
    assert.throws(() => ref.update((n) => n), { code: "WOULD_DEADLOCK" });
    assert.throws(() => ref.set(7), { code: "WOULD_DEADLOCK" });
    const set = ref.setAsync(8);
    assert.equal(await pending, 2);
    await set;
    assert.equal(ref.get(), 8);
  });

  test("keeps what setAsync was given, whatever is done to it while it waits", async () => {
    const ref = new SharedRef<object>({});
    const pending = ref.updateAsync(async (now) => {
      await sleepAsync(SECTION);
      return now;
    });
    await null;
    const value = { n: 1 };
    const set = ref.setAsync(value);
    value.n = 2;
    await Promise.all([pending, set]);
    assert.deepEqual(ref.get(), { n: 1 });
  });

  test("forgets an async update that its thread did not wait for", async () => {
    const [ref, refused] = [new SharedRef("old"), new SharedInt32()];
    const thread = start((r: SharedRef<string>) => {
      void r.updateAsync(() => new Promise(() => {}));
    }, ref);
    await joinAll([thread]);
    assert.equal(await ref.updateAsync((now) => `${now}!`), "old!");
    assert.equal(refused.value, 0);
  });

  test("prints its value, and is it in JSON", () => {
    const ref = new SharedRef({ a: 1 });
    assert.equal(inspect(ref), "SharedRef { a: 1 }");
    assert.equal(JSON.stringify([ref]), '[{"a":1}]');
    assert.equal(String(new SharedRef(5)), "5");
  });

  test("is the same in every thread", async () => {
    const ref = new SharedRef<unknown>(0);
    await joinAll([start((same: SharedRef<unknown>) => same.set({ same: ref === same, ref }), ref)]);
    assert.deepEqual(ref.get(), { same: true, ref });
    ref.set(null);
    assert.ok(Thread);
  });
});

describe("where the runtime can't tell tasks apart", () => {
  test("async updates of one thread wait for each other, and one inside another is refused as far as it shows", async () => {
    const result = await runScript(`
      import hooks from "node:async_hooks";
      import { syncBuiltinESMExports } from "node:module";
      hooks.createHook = () => ({ enable() {}, disable() {} });
      syncBuiltinESMExports();
      const { SharedMap, SharedRef } = await import("threadkit");
      const ref = new SharedRef(1);
      const map = new SharedMap([["n", 1]]);
      const later = async (n) => { await null; return n + 1; };
      await Promise.all([later, later, later].map((fn) => ref.updateAsync(fn)));
      await Promise.all([map.updateAsync("n", later), map.updateAsync("n", (n) => n * 10)]);
      const codes = [];
      const note = (error) => codes.push(error.code);
      await ref.updateAsync(async (n) => {
        try { ref.set(5); } catch (error) { note(error); }
        await ref.updateAsync(() => 5).catch(note);
        try { ref.set(5); } catch (error) { note(error); }
        return n + 1;
      });
      console.log(JSON.stringify([ref.get(), map.get("n"), codes]));
    `);
    assert.equal(result.code, 0, captured(result));
    assert.equal(
      result.stdout.trim(),
      JSON.stringify([5, 20, ["UPDATE_NESTED", "UPDATE_NESTED", "WOULD_DEADLOCK"]]),
      captured(result),
    );
  });
});
