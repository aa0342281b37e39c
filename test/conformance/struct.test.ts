/** SharedStruct between threads: API.md 3. What one thread writes the others read; an instance is one object everywhere. */
import assert from "node:assert/strict";
import { describe, test } from "../harness/tests.ts";
import "../harness/watchdog.ts";
import { Event, Lock, RLock, Semaphore, SharedInt32, SharedStruct, sleep, Thread } from "threadkit";
import { LONG } from "../harness/delays.ts";
import { joinAll, start, startEach } from "../harness/threads.ts";

const Everything = SharedStruct({
  int8: "int8",
  uint8: "uint8",
  int16: "int16",
  uint16: "uint16",
  int32: "int32",
  uint32: "uint32",
  float32: "float32",
  float64: "float64",
  bigint64: "bigint64",
  boolean: "boolean",
  string: "string",
  any: "any",
});

const VALUES = {
  int8: -5,
  uint8: 200,
  int16: -3000,
  uint16: 60_000,
  int32: -(2 ** 31),
  uint32: 2 ** 32 - 1,
  float32: 0.5,
  float64: 0.1,
  bigint64: -(2n ** 63n),
  boolean: true,
  string: "text, ä 日本",
  any: { list: [1, "two", null], map: new Map([[1, 2]]) },
};

describe("a field of a struct", () => {
  for (const name of Object.keys(VALUES) as (keyof typeof VALUES)[]) {
    test(`of type "${name}" that a thread writes is read by another, and the other way round`, async () => {
      const struct = new Everything({ [name]: VALUES[name] });
      const back = new Everything();
      const thread = start(
        (there: InstanceType<typeof Everything>, key: keyof typeof VALUES) => {
          (back as unknown as Record<string, unknown>)[key] = there[key];
        },
        struct,
        name,
      );
      await joinAll([thread]);
      assert.deepEqual(back[name], VALUES[name]);
      assert.deepEqual(back.toJSON(), { ...new Everything().toJSON(), [name]: VALUES[name] });
    });
  }

  test("that is a lock is one lock in all threads", async () => {
    const Guarded = SharedStruct({ lock: Lock, n: "int32" });
    const guarded = new Guarded();
    guarded.lock.acquire();
    const thread = start(() => {
      guarded.n = guarded.lock.acquire({ blocking: false }) === null ? 1 : 2;
      guarded.lock.acquire();
      guarded.n = 3;
    });
    while (guarded.n === 0) sleep(1);
    assert.equal(guarded.n, 1);
    guarded.lock.release();
    await joinAll([thread]);
    assert.equal(guarded.n, 3);
    assert.equal(guarded.lock.locked(), true);
  });

  test("that is written before an event is seen after it", async () => {
    class Box extends SharedStruct({ ready: Event, text: "string", n: "float64" }) {}
    const [there, here] = [new Box(), new Box()];
    const thread = start(() => {
      there.ready.wait();
      here.text = there.text.toUpperCase();
      here.n = there.n * 2;
      here.ready.set();
    });
    there.text = "hello";
    there.n = 0.25;
    there.ready.set();
    assert.equal(here.ready.wait({ timeout: LONG }), true);
    assert.deepEqual([here.text, here.n], ["HELLO", 0.5]);
    await joinAll([thread]);
  });
});

class Node extends SharedStruct({ value: "any", next: "any", count: "int32" }) {
  add(n: number): void {
    this.count += n;
  }
  me(): this {
    return this;
  }
}

describe("an instance of a struct", () => {
  test("is the same object in a thread, however it comes there, and an instance of its class", async () => {
    const node = new Node();
    const holder = new Node({ value: node });
    const alike = new SharedInt32();
    const target = (a: Node, b: { list: Node[] }, map: Map<string, Node>) => {
      const all = [node, a, b.list[0], b.list[1], map.get("key"), holder.value, node.me()];
      alike.value = all.filter((each) => each === node && each instanceof Node).length;
    };
    await joinAll([start(target, node, { list: [node, node] }, new Map([["key", node]]))]);
    assert.equal(alike.value, 7);
  });

  test("that a thread makes comes back with its class, and is the same each time", async () => {
    const holder = new Node();
    await joinAll([start(() => (holder.value = new Node({ count: 5 })))]);
    const made = holder.value as Node;
    assert.ok(made instanceof Node);
    assert.equal(made, holder.value);
    made.add(2);
    assert.equal(made.count, 7);
  });

  test("passes from thread to thread and stays one", async () => {
    const holder = new Node();
    const first = start(() => (holder.value = new Node({ count: 1 })));
    await joinAll([first]);
    const second = start(() => {
      const node = holder.value as Node;
      node.add(10);
      holder.next = [node, node];
    });
    await joinAll([second]);
    const [a, b] = holder.next as Node[];
    assert.ok(a === b && a === holder.value);
    assert.equal(a.count, 11);
  });

  test("is usable in threads that a thread starts", async () => {
    const node = new Node();
    const outer = start(() => {
      const inner = new Thread({ target: () => node.add(node instanceof Node ? 1 : 100) }).start();
      inner.join();
      if (inner.exception !== undefined) throw inner.exception;
      node.add(1);
    });
    await joinAll([outer]);
    assert.equal(node.count, 2);
  });

  test("may be a field of a Thread's subclass", async () => {
    class Worker extends Thread {
      node = new Node();
      data = { deep: [this.node] };
      override run(): void {
        this.node.add(this.data.deep[0] === this.node ? 1 : 100);
      }
    }
    const worker = new Worker();
    await joinAll([worker.start()]);
    assert.equal(worker.node.count, 1);
  });

  test("keeps what it holds while nobody else does", async () => {
    class Tree extends SharedStruct({ left: "any", right: "any", n: "int32" }) {
      sum(): number {
        const of = (side: unknown) => (side === undefined ? 0 : (side as Tree).sum());
        return this.n + of(this.left) + of(this.right);
      }
    }
    const root = new Tree({ n: 1 });
    await joinAll([
      start(() => {
        const grow = (depth: number): Tree =>
          depth === 0
            ? new Tree({ n: 1 })
            : new Tree({ n: 1, left: grow(depth - 1), right: grow(depth - 1) });
        root.left = grow(4);
      }),
    ]);
    assert.equal(root.sum(), 32);
  });

  test("has one constructor call, in the thread that made it", async () => {
    const made = new SharedInt32();
    class Counted extends SharedStruct({ n: "int32", name: "string" }) {
      constructor(name: string) {
        super({ name });
        made.add(1);
      }
    }
    const counted = new Counted("one");
    await joinAll(startEach(() => void (counted.name === "one" && counted.n++), [[], []]));
    assert.equal(made.value, 1);
    await joinAll([start(() => void new Counted("two"))]);
    assert.equal(made.value, 2);
  });
});

describe("methods of a struct", () => {
  test("run in every thread under a lock of its own, which they may nest: no update is lost", async () => {
    class Account extends SharedStruct({
      balance: "float64",
      logged: "int32",
      lock: RLock,
      slots: Semaphore,
    }) {
      withdraw(amount: number): void {
        this.lock.with(() => {
          this.balance -= amount;
          this.log();
        });
      }
      log(): void {
        this.lock.with(() => {
          this.logged += 1;
        });
      }
    }
    const account = new Account({ balance: 10_000 });
    await joinAll(
      startEach(
        (amount: number) => {
          for (let i = 0; i < 1000; i++) account.withdraw(amount);
        },
        [1, 2, 3].map((amount) => [amount] as const),
      ),
    );
    assert.deepEqual([account.balance, account.logged], [4000, 3000]);
  });

  test("are those of the class in the thread: overridden ones, getters, statics", async () => {
    class Shape extends SharedStruct({ w: "float64", h: "float64", seen: "string" }) {
      static readonly unit = "cm²";
      static describe(shape: Shape): string {
        return `${shape.name} ${shape.area} ${Shape.unit}`;
      }
      get name(): string {
        return "shape";
      }
      get area(): number {
        return this.w * this.h;
      }
    }
    class Triangle extends Shape {
      override get name(): string {
        return `tri${super.name}`;
      }
      override get area(): number {
        return super.area / 2;
      }
    }
    const triangle = new Triangle({ w: 4, h: 3 });
    await joinAll([start(() => (triangle.seen = Shape.describe(triangle)))]);
    assert.equal(triangle.seen, "trishape 6 cm²");
  });
});
