/** The shared scalars: every operation, the edges of their ranges, and what they refuse. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { SharedBigInt64, SharedBoolean, SharedFloat64, SharedInt32, SharedUint32 } from "threadkit";
import { refuses } from "../harness/refuses.ts";

const INT = { low: -2_147_483_648, high: 2_147_483_647 };
const UINT = { low: 0, high: 4_294_967_295 };
const BIG = { low: -(2n ** 63n), high: 2n ** 63n - 1n };

for (const [name, Scalar, { low, high }] of [
  ["SharedInt32", SharedInt32, INT],
  ["SharedUint32", SharedUint32, UINT],
] as const) {
  describe(`a ${name}`, () => {
    test("is 0 unless told otherwise", () => {
      assert.equal(new Scalar().value, 0);
      assert.equal(new Scalar(undefined).value, 0);
      assert.equal(new Scalar(17).value, 17);
    });

    test("holds every value of its range", () => {
      const n = new Scalar();
      for (const value of [0, 1, 2 ** 30, 2 ** 31 - 1, low, low + 1, high - 1, high]) {
        n.value = value;
        assert.equal(n.value, value);
        assert.equal(new Scalar(value).value, value);
      }
    });

    test("turns -0 into 0, as every integer does", () => {
      const n = new Scalar(-0);
      assert.ok(Object.is(n.value, 0));
      n.value = -0;
      assert.ok(Object.is(n.value, 0));
    });

    test("adds and subtracts in one step and tells the value before", () => {
      const n = new Scalar(10);
      assert.equal(n.add(5), 10);
      assert.equal(n.sub(7), 15);
      assert.equal(n.add(-3), 8);
      assert.equal(n.sub(-1), 5);
      assert.equal(n.value, 6);
    });

    test("wraps around at both ends of its range", () => {
      const n = new Scalar(high);
      assert.equal(n.add(1), high);
      assert.equal(n.value, low);
      assert.equal(n.sub(1), low);
      assert.equal(n.value, high);
    });

    test("has and, or and xor, which tell the value before", () => {
      const n = new Scalar(0b1100);
      assert.equal(n.and(0b0110), 0b1100);
      assert.equal(n.or(0b0001), 0b0100);
      assert.equal(n.xor(0b1111), 0b0101);
      assert.equal(n.value, 0b1010);
      assert.equal(n.xor(high), 0b1010);
      assert.equal(n.value, high - 0b1010);
      assert.equal(n.and(low), high - 0b1010);
      assert.equal(n.value, 0);
      assert.equal(n.or(high), 0);
      assert.equal(n.value, high);
    });

    test("exchanges, and compares and exchanges, in one step", () => {
      const n = new Scalar(1);
      assert.equal(n.exchange(high), 1);
      assert.equal(n.compareExchange(1, 5), high);
      assert.equal(n.value, high);
      assert.equal(n.compareExchange(high, low), high);
      assert.equal(n.value, low);
    });

    test("is a number for text and JSON", () => {
      const n = new Scalar(high);
      assert.equal(`${n}`, String(high));
      assert.equal(JSON.stringify({ n }), `{"n":${high}}`);
      assert.equal(inspect(n), `${name} { ${high} }`);
    });

    // What can be held can be added; an unsigned one takes negative summands too.
    const lowestSummand = low < 0 ? low : -high;
    const operations: [string, string, (n: InstanceType<typeof Scalar>, v: never) => unknown, number][] = [
      ["made of", `make a ${name}`, (_, v) => new Scalar(v), low],
      ["set to", `set a ${name}`, (n, v) => (n.value = v), low],
      ["added to by", `add to a ${name}`, (n, v) => n.add(v), lowestSummand],
      ["subtracted from by", `subtract from a ${name}`, (n, v) => n.sub(v), lowestSummand],
      ["anded with", `and a ${name}`, (n, v) => n.and(v), low],
      ["ored with", `or a ${name}`, (n, v) => n.or(v), low],
      ["xored with", `xor a ${name}`, (n, v) => n.xor(v), low],
      ["exchanged for", `exchange a ${name}`, (n, v) => n.exchange(v), low],
      ["compared with", `compare a ${name}`, (n, v) => n.compareExchange(v, 1 as never), low],
      ["exchanged after comparison for", `exchange a ${name}`, (n, v) => n.compareExchange(3, v), low],
    ];
    for (const [words, verb, call, lowest] of operations) {
      test(`can't be ${words} anything but a whole number that fits, and keeps its value`, () => {
        const n = new Scalar(3);
        for (const value of [0.5, Number.NaN, Number.POSITIVE_INFINITY, high + 1, lowest - 1, 1e21]) {
          refuses(
            () => call(n, value as never),
            RangeError,
            "INVALID_VALUE",
            `cannot ${verb}: the value is ${value}. Give a whole number from ${lowest} to ${high}.`,
          );
        }
        for (const [value, found] of [
          ["3", '"3"'],
          [3n, "3n"],
          [null, "null"],
          [true, "true"],
          [{}, "an object"],
        ] as const) {
          refuses(
            () => call(n, value as never),
            TypeError,
            "INVALID_VALUE",
            `cannot ${verb}: the value is ${found}. Give a number.`,
          );
        }
        if (words !== "made of") {
          refuses(
            () => call(n, undefined as never),
            TypeError,
            "INVALID_VALUE",
            `cannot ${verb}: the value is undefined. Give a number.`,
          );
        }
        assert.equal(n.value, 3);
      });
    }

    test("takes as summands all that its range holds, both ends included", () => {
      const n = new Scalar(0);
      n.add(high);
      n.sub(high);
      assert.equal(n.value, 0);
      n.add(low);
      assert.equal(n.value, low);
      n.sub(low);
      assert.equal(n.value, 0);
    });
  });
}

describe("a SharedFloat64", () => {
  const SPECIAL = [
    0,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.MIN_VALUE,
    Number.MAX_VALUE,
    Number.EPSILON,
    0.1,
    -1e300,
    2 ** 53 + 2,
  ];

  test("is 0 unless told otherwise", () => {
    assert.ok(Object.is(new SharedFloat64().value, 0));
    assert.equal(new SharedFloat64(1.5).value, 1.5);
  });

  test("holds every double bit for bit, -0 and NaN included", () => {
    const n = new SharedFloat64();
    for (const value of SPECIAL) {
      n.value = value;
      assert.ok(Object.is(n.value, value), String(value));
      assert.ok(Object.is(new SharedFloat64(value).value, value), String(value));
      assert.ok(Object.is(n.exchange(0), value), String(value));
    }
  });

  test("adds and subtracts in one step and tells the value before", () => {
    const n = new SharedFloat64(0.5);
    assert.equal(n.add(0.25), 0.5);
    assert.equal(n.sub(1), 0.75);
    assert.equal(n.value, -0.25);
    assert.equal(n.add(Number.POSITIVE_INFINITY), -0.25);
    assert.equal(n.sub(Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
    assert.ok(Number.isNaN(n.value));
  });

  test("can be added to while it is NaN", () => {
    const n = new SharedFloat64(Number.NaN);
    assert.ok(Number.isNaN(n.add(1)));
    assert.ok(Number.isNaN(n.value));
  });

  test("adds by the rules of doubles: -0 + -0 is -0, 0 - 0 is 0", () => {
    const n = new SharedFloat64(-0);
    n.add(-0);
    assert.ok(Object.is(n.value, -0));
    n.value = 0;
    n.sub(0);
    assert.ok(Object.is(n.value, 0));
    n.value = -0;
    n.sub(0);
    assert.ok(Object.is(n.value, -0));
  });

  test("compares as numbers: 0 is -0, NaN is NaN", () => {
    const n = new SharedFloat64(-0);
    assert.ok(Object.is(n.compareExchange(0, Number.NaN), -0));
    assert.ok(Number.isNaN(n.compareExchange(Number.NaN, 5)));
    assert.equal(n.compareExchange(6, 7), 5);
    assert.equal(n.value, 5);
  });

  test("is a number for text and JSON", () => {
    const n = new SharedFloat64(1.25);
    assert.equal(`${n}`, "1.25");
    assert.equal(JSON.stringify([n]), "[1.25]");
    assert.equal(inspect(n), "SharedFloat64 { 1.25 }");
  });

  for (const [words, verb, call] of [
    ["made of", "make a SharedFloat64", (_: SharedFloat64, v: never) => new SharedFloat64(v)],
    ["set to", "set a SharedFloat64", (n: SharedFloat64, v: never) => (n.value = v)],
    ["added to by", "add to a SharedFloat64", (n: SharedFloat64, v: never) => n.add(v)],
    ["subtracted from by", "subtract from a SharedFloat64", (n: SharedFloat64, v: never) => n.sub(v)],
    ["exchanged for", "exchange a SharedFloat64", (n: SharedFloat64, v: never) => n.exchange(v)],
    ["compared with", "compare a SharedFloat64", (n: SharedFloat64, v: never) => n.compareExchange(v, 1)],
    [
      "exchanged after comparison for",
      "exchange a SharedFloat64",
      (n: SharedFloat64, v: never) => n.compareExchange(3, v),
    ],
  ] as const) {
    test(`can't be ${words} anything but a number, and keeps its value`, () => {
      const n = new SharedFloat64(3);
      for (const [value, found] of [
        ["3", '"3"'],
        [3n, "3n"],
        [null, "null"],
        [new Date(0), "an instance of Date"],
      ] as const) {
        refuses(
          () => call(n, value as never),
          TypeError,
          "INVALID_VALUE",
          `cannot ${verb}: the value is ${found}. Give a number.`,
        );
      }
      assert.equal(n.value, 3);
    });
  }
});

describe("a SharedBigInt64", () => {
  test("is 0n unless told otherwise", () => {
    assert.equal(new SharedBigInt64().value, 0n);
    assert.equal(new SharedBigInt64(-5n).value, -5n);
  });

  test("holds every value of 64 bits", () => {
    const n = new SharedBigInt64();
    for (const value of [0n, 1n, -1n, 2n ** 53n + 1n, BIG.low, BIG.high]) {
      n.value = value;
      assert.equal(n.value, value);
      assert.equal(new SharedBigInt64(value).value, value);
    }
  });

  test("has every operation in one step, which tells the value before", () => {
    const n = new SharedBigInt64(12n);
    assert.equal(n.add(3n), 12n);
    assert.equal(n.sub(5n), 15n);
    assert.equal(n.and(6n), 10n);
    assert.equal(n.or(1n), 2n);
    assert.equal(n.xor(7n), 3n);
    assert.equal(n.exchange(9n), 4n);
    assert.equal(n.compareExchange(1n, 2n), 9n);
    assert.equal(n.compareExchange(9n, BIG.low), 9n);
    assert.equal(n.value, BIG.low);
  });

  test("wraps around at both ends", () => {
    const n = new SharedBigInt64(BIG.high);
    assert.equal(n.add(1n), BIG.high);
    assert.equal(n.value, BIG.low);
    assert.equal(n.sub(1n), BIG.low);
    assert.equal(n.value, BIG.high);
  });

  test("is a number for text, and prints as a bigint", () => {
    const n = new SharedBigInt64(-7n);
    assert.equal(`${n}`, "-7");
    assert.equal(inspect(n), "SharedBigInt64 { -7n }");
  });

  for (const [words, verb, call] of [
    ["made of", "make a SharedBigInt64", (_: SharedBigInt64, v: never) => new SharedBigInt64(v)],
    ["set to", "set a SharedBigInt64", (n: SharedBigInt64, v: never) => (n.value = v)],
    ["added to by", "add to a SharedBigInt64", (n: SharedBigInt64, v: never) => n.add(v)],
    ["subtracted from by", "subtract from a SharedBigInt64", (n: SharedBigInt64, v: never) => n.sub(v)],
    ["anded with", "and a SharedBigInt64", (n: SharedBigInt64, v: never) => n.and(v)],
    ["ored with", "or a SharedBigInt64", (n: SharedBigInt64, v: never) => n.or(v)],
    ["xored with", "xor a SharedBigInt64", (n: SharedBigInt64, v: never) => n.xor(v)],
    ["exchanged for", "exchange a SharedBigInt64", (n: SharedBigInt64, v: never) => n.exchange(v)],
    ["compared with", "compare a SharedBigInt64", (n: SharedBigInt64, v: never) => n.compareExchange(v, 1n)],
    [
      "exchanged after comparison for",
      "exchange a SharedBigInt64",
      (n: SharedBigInt64, v: never) => n.compareExchange(3n, v),
    ],
  ] as const) {
    test(`can't be ${words} anything but a bigint of 64 bits, and keeps its value`, () => {
      const n = new SharedBigInt64(3n);
      for (const value of [BIG.high + 1n, BIG.low - 1n, 2n ** 200n]) {
        refuses(
          () => call(n, value as never),
          RangeError,
          "INVALID_VALUE",
          `cannot ${verb}: ${value}n does not fit in 64 bits. Give a smaller bigint.`,
        );
      }
      for (const [value, found] of [
        [3, "3"],
        ["3", '"3"'],
        [null, "null"],
      ] as const) {
        refuses(
          () => call(n, value as never),
          TypeError,
          "INVALID_VALUE",
          `cannot ${verb}: the value is ${found}. Give a bigint.`,
        );
      }
      assert.equal(n.value, 3n);
    });
  }
});

describe("a SharedBoolean", () => {
  test("is false unless told otherwise", () => {
    assert.equal(new SharedBoolean().value, false);
    assert.equal(new SharedBoolean(true).value, true);
  });

  test("is set, exchanged, and compared and exchanged in one step", () => {
    const flag = new SharedBoolean();
    flag.value = true;
    assert.equal(flag.value, true);
    assert.equal(flag.exchange(false), true);
    assert.equal(flag.compareExchange(true, true), false);
    assert.equal(flag.value, false);
    assert.equal(flag.compareExchange(false, true), false);
    assert.equal(flag.value, true);
  });

  test("is a boolean for text and JSON", () => {
    const flag = new SharedBoolean(true);
    assert.equal(`${flag}`, "true");
    assert.equal(JSON.stringify([flag]), "[true]");
    assert.equal(inspect(flag), "SharedBoolean { true }");
  });

  for (const [words, verb, call] of [
    ["made of", "make a SharedBoolean", (_: SharedBoolean, v: never) => new SharedBoolean(v)],
    ["set to", "set a SharedBoolean", (f: SharedBoolean, v: never) => (f.value = v)],
    ["exchanged for", "exchange a SharedBoolean", (f: SharedBoolean, v: never) => f.exchange(v)],
    ["compared with", "compare a SharedBoolean", (f: SharedBoolean, v: never) => f.compareExchange(v, false)],
    [
      "exchanged after comparison for",
      "exchange a SharedBoolean",
      (f: SharedBoolean, v: never) => f.compareExchange(true, v),
    ],
  ] as const) {
    test(`can't be ${words} anything but a boolean, and keeps its value`, () => {
      const flag = new SharedBoolean(true);
      for (const [value, found] of [
        [1, "1"],
        ["true", '"true"'],
        [null, "null"],
        [Object(false), "an instance of Boolean"],
      ] as const) {
        refuses(
          () => call(flag, value as never),
          TypeError,
          "INVALID_VALUE",
          `cannot ${verb}: the value is ${found}. Give true or false.`,
        );
      }
      assert.equal(flag.value, true);
    });
  }
});

test("a shared scalar refuses with the call named after what was done, a compareExchange included", () => {
  refuses(
    () => new SharedInt32(0).compareExchange(0, 0.5),
    RangeError,
    "INVALID_VALUE",
    `cannot exchange a SharedInt32: the value is 0.5. Give a whole number from ${INT.low} to ${INT.high}.`,
  );
});
