/** SharedStruct in one thread: fields, ranges, defaults, what an instance is, and its words. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import "../harness/watchdog.ts";
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  Event,
  Lock,
  RLock,
  Semaphore,
  SharedInt32,
  SharedStruct,
  Thread,
  ThreadLocal,
} from "threadkit";
import { cellsIn, layOut, S_CLASS, S_COUNTS, S_FIELDS, S_QUEUE } from "../../src/shared/struct-layout.ts";
import { Lock as LockOfSource } from "../../src/sync/lock.ts";
import { arenaWords, indexOf } from "../harness/arena.ts";

const INTEGERS = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
  int32: [-2_147_483_648, 2_147_483_647],
  uint32: [0, 4_294_967_295],
} as const;

describe("the fields of a struct", () => {
  test("begin as 0, 0n, false, an empty string, undefined and a new object", () => {
    const Everything = SharedStruct({
      a: "int8",
      b: "uint8",
      c: "int16",
      d: "uint16",
      e: "int32",
      f: "uint32",
      g: "float32",
      h: "float64",
      i: "bigint64",
      j: "boolean",
      k: "string",
      l: "any",
      m: Lock,
    });
    const { m, ...rest } = new Everything().toJSON();
    assert.deepEqual(rest, {
      a: 0,
      b: 0,
      c: 0,
      d: 0,
      e: 0,
      f: 0,
      g: 0,
      h: 0,
      i: 0n,
      j: false,
      k: "",
      l: undefined,
    });
    assert.ok(m instanceof Lock);
    assert.notEqual(new Everything().m, new Everything().m);
  });

  for (const [type, [low, high]] of Object.entries(INTEGERS)) {
    test(`"${type}" holds whole numbers from ${low} to ${high}, beside others that stay as they are`, () => {
      const Three = SharedStruct({
        before: "int32",
        n: type as keyof typeof INTEGERS,
        after: "int32",
      });
      const three = new Three({ before: 111, n: high, after: 222 });
      for (const value of [low, low + 1, 0, 1, high - 1, high, -0]) {
        three.n = value;
        assert.ok(Object.is(three.n, value + 0 || 0), String(value));
      }
      assert.deepEqual([three.before, three.after], [111, 222]);
    });
  }

  test('"float64" holds every number, "float32" the nearest of its own', () => {
    const floats = new (SharedStruct({ f: "float32", d: "float64" }))();
    for (const value of [0.1, -0, Number.NaN, Number.POSITIVE_INFINITY, 5e-324, Number.MAX_VALUE, 2 ** 53]) {
      floats.d = value;
      floats.f = value;
      assert.ok(Object.is(floats.d, value), String(value));
      assert.ok(Object.is(floats.f, Math.fround(value)), String(value));
    }
  });

  test('"bigint64" holds 64 bits', () => {
    const big = new (SharedStruct({ n: "bigint64" }))();
    for (const value of [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 1n << 32n]) {
      big.n = value;
      assert.equal(big.n, value);
    }
  });

  test('"boolean" holds true and false, "string" any text', () => {
    const struct = new (SharedStruct({ flag: "boolean", text: "string" }))({ flag: true });
    assert.equal(struct.flag, true);
    struct.flag = false;
    assert.equal(struct.flag, false);
    for (const text of ["", "a", "ä", "日本語", "\ud800 alone", "x".repeat(100_000), "\0", ""]) {
      struct.text = text;
      assert.equal(struct.text, text);
    }
  });

  test('"any" holds what can cross: copies, and shared objects themselves', () => {
    const struct = new (SharedStruct({ value: "any" }))();
    const lock = new Lock();
    for (const value of [1, -1.5, 2 ** 40, "text", null, undefined, true, 12n, lock, struct]) {
      struct.value = value;
      assert.equal(struct.value, value);
    }
    const plain = { list: [1, { deep: lock }], map: new Map([["a", 1]]) };
    struct.value = plain;
    assert.deepEqual(struct.value, plain);
    assert.notEqual(struct.value, plain);
    assert.equal((struct.value as typeof plain).list[1].valueOf() instanceof Object, true);
    struct.value = undefined; // it was in itself, and would never be given back
  });

  test("hold objects of any class of the library, a new one unless told otherwise", () => {
    for (const Class of [Lock, RLock, Condition, Semaphore, BoundedSemaphore, Event, SharedInt32, Thread]) {
      const Holder = SharedStruct({ object: Class });
      const holder = new Holder();
      assert.ok(holder.object instanceof Class, Class.name);
      assert.equal(holder.object, holder.object);
      const mine = new Class();
      assert.equal(new Holder({ object: mine as never }).object, mine);
    }
  });

  test("hold objects whose class needs arguments, if they are given", () => {
    const Meeting = SharedStruct({ barrier: Barrier });
    const barrier = new Barrier(2);
    assert.equal(new Meeting({ barrier }).barrier, barrier);
    assert.throws(() => new Meeting(), TypeError);
  });

  test("hold a ThreadLocal", () => {
    const Session = SharedStruct({ local: ThreadLocal as never });
    const session = new Session() as unknown as { local: { n: number } };
    session.local.n = 5;
    assert.equal(session.local.n, 5);
  });

  test("hold structs, to any depth, each with its own defaults", () => {
    const Point = SharedStruct({ x: "float64", y: "float64" });
    class Line extends SharedStruct({ from: Point, to: Point }) {}
    const Drawing = SharedStruct({ line: Line, name: "string" });
    const drawing = new Drawing();
    drawing.line.to.x = 3;
    assert.deepEqual(JSON.parse(JSON.stringify(drawing)), {
      line: { from: { x: 0, y: 0 }, to: { x: 3, y: 0 } },
      name: "",
    });
    assert.ok(drawing.line instanceof Line && drawing.line.to instanceof Point);
    const from = new Point({ x: 1 });
    assert.equal(new Line({ from }).from, from);
  });

  test("may be none, and may have odd names", () => {
    assert.deepEqual(new (SharedStruct({}))().toJSON(), {});
    const odd = new (SharedStruct({ "a b": "int8", 0: "string", done: "boolean" }))({
      "a b": 1,
      0: "zero",
    });
    assert.deepEqual([odd["a b"], odd[0], odd.done], [1, "zero", false]);
  });

  test("are those of the instance only", () => {
    const Pair = SharedStruct({ a: "int32", b: "float64" });
    const [one, two] = [new Pair({ a: 1, b: 0.5 }), new Pair({ a: 2 })];
    one.a = 7;
    assert.deepEqual(
      [one.toJSON(), two.toJSON()],
      [
        { a: 7, b: 0.5 },
        { a: 2, b: 0 },
      ],
    );
  });

  test("are read of an instance only, not of the class's prototype", () => {
    const Pair = SharedStruct({ a: "int32" });
    assert.throws(() => Pair.prototype.a, TypeError);
  });

  test("in the list that is given may be const and frozen, and are not changed", () => {
    const fields = Object.freeze({ n: "int32", lock: Lock }) satisfies Record<string, unknown>;
    const Counted = SharedStruct(fields as { n: "int32"; lock: typeof Lock });
    assert.equal(new Counted({ n: 4 }).n, 4);
  });
});

describe("a class that extends a struct", () => {
  class Account extends SharedStruct({ balance: "float64", log: "any" }) {
    static opened = 0;
    static open(balance: number): Account {
      Account.opened++;
      return new Account({ balance });
    }
    get rich(): boolean {
      return this.balance > 1000;
    }
    set rich(rich: boolean) {
      this.balance = rich ? 1001 : 0;
    }
    deposit(amount: number): this {
      this.balance += amount;
      return this;
    }
  }
  class Savings extends Account {
    constructor(balance: number, rate: number) {
      super({ balance: balance * rate });
    }
    override deposit(amount: number): this {
      return super.deposit(amount * 2);
    }
  }

  test("has methods, getters, setters and statics", () => {
    const account = Account.open(10).deposit(5);
    assert.equal(account.balance, 15);
    assert.equal(account.rich, false);
    account.rich = true;
    assert.equal(account.balance, 1001);
    assert.equal(Account.opened, 1);
  });

  test("may be extended again, with a constructor of its own", () => {
    const savings = new Savings(10, 3).deposit(1);
    assert.equal(savings.balance, 32);
    assert.ok(savings instanceof Savings && savings instanceof Account);
    assert.ok(!(new Account() instanceof Savings));
  });

  test("is not another class with the same fields", () => {
    const [A, B] = [SharedStruct({ x: "int32" }), SharedStruct({ x: "int32" })];
    assert.ok(!(new A() instanceof B));
  });

  test("prints its name and its fields, nested ones too, and itself once", () => {
    const Point = SharedStruct({ x: "int32" });
    class Place extends SharedStruct({ at: Point, name: "string", more: "any" }) {}
    const place = new Place({ name: "here" });
    place.at.x = 3;
    assert.equal(inspect(place), "Place { at: SharedStruct { x: 3 }, name: 'here', more: undefined }");
    assert.equal(
      inspect({ a: { b: { place } } }, { depth: 1 }),
      "{\n  a: { b: [Object] }\n}".replace(/\n\s*/g, " "),
    );
    place.more = place;
    assert.match(inspect(place), /more: \[Place\]/);
    place.more = undefined;
  });

  test("becomes JSON as an object of its fields", () => {
    assert.equal(JSON.stringify(new Account({ balance: 2, log: [1] })), '{"balance":2,"log":[1]}');
  });
});

describe("the block of a struct", () => {
  test("has cells first, then 64-bit fields on even words, then a word for each other field", () => {
    const { fields, cells, objects, words } = layOut({
      flag: "boolean",
      text: "string",
      big: "bigint64",
      lock: LockOfSource,
      small: "int8",
      value: "any",
      float: "float64",
    });
    assert.deepEqual(Object.fromEntries(fields.map(({ name, word }) => [name, word - S_FIELDS])), {
      lock: 0,
      text: 1,
      value: 2,
      big: 4,
      float: 6,
      flag: 8,
      small: 9,
    });
    assert.deepEqual([cells, objects, words - S_FIELDS], [3, 1, 10]);
    for (const { type, word } of fields)
      if (type === "float64" || type === "bigint64") assert.equal(word % 2, 0);
  });

  test("tells two layouts apart by their digests, and one from itself never", () => {
    const digest = (fields: Record<string, never>) => layOut(fields).digest;
    const lists = [
      { a: "int8" },
      { a: "int16" },
      { b: "int8" },
      { a: "int8", b: "int8" },
      { b: "int8", a: "int8" },
    ];
    assert.equal(new Set(lists.map((fields) => digest(fields as never))).size, lists.length);
    assert.equal(digest({ a: "int8" } as never), digest({ a: "int8" } as never));
  });

  test("has its guard free and its line empty after every kind of access", () => {
    const struct = new (SharedStruct({ text: "string", any: "any", n: "int32" }))({ text: "a" });
    for (let i = 0; i < 100; i++) {
      struct.text = `text ${i}`;
      struct.any = [struct.text, i];
      struct.n = (struct.any as unknown[]).length;
    }
    const words = arenaWords();
    const at = indexOf(struct);
    assert.deepEqual([...words.subarray(at + S_QUEUE, at + S_CLASS)], [0, 0, 0, 0]);
    assert.notEqual(words[at + S_CLASS], 0);
    assert.equal(cellsIn(words[at + S_COUNTS]), 2);
  });

  test("is left alone by a value that is refused", () => {
    const struct = new (SharedStruct({ n: "int8", text: "string", any: "any" }))({ n: 5, text: "a", any: 1 });
    assert.throws(() => (struct.n = 128), RangeError);
    assert.throws(() => (struct.text = 5 as never), TypeError);
    assert.throws(() => (struct.any = Symbol("mine")), /cannot send the field 'any'/);
    assert.deepEqual(struct.toJSON(), { n: 5, text: "a", any: 1 });
    assert.equal(arenaWords()[indexOf(struct) + S_QUEUE], 0);
  });
});
