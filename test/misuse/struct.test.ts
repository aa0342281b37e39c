/** Wrong uses of SharedStruct, one a row. None may have had an effect: the objects are looked at in the end. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import "../harness/watchdog.ts";
import { Lock, RLock, SharedStruct } from "threadkit";
import { arenaWords, indexOf } from "../harness/arena.ts";
import { type Row, table, wrong } from "./rows.ts";

const TYPES =
  '"int8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64", "bigint64", "boolean", "string", "any"';
const GIVE_TYPES = `Give one of ${TYPES}, or a class of threadkit.`;
const GIVE_FIELDS = 'Give an object such as { balance: "float64" }.';

class Account extends SharedStruct({
  small: "uint8",
  int: "int32",
  word: "uint32",
  float: "float64",
  single: "float32",
  big: "bigint64",
  flag: "boolean",
  text: "string",
  any: "any",
  lock: RLock,
}) {}
const NAMES = "small, int, word, float, single, big, flag, text, any, lock";

const account = new Account({ small: 1, int: 2, text: "text", any: [3] });
const before = account.toJSON();

/** A wrong value of a field is refused by the constructor and by assignment alike. */
const wrongValue = (
  field: string,
  value: unknown,
  found: string,
  type: Row[2],
  fact: string,
  remedy: string,
): Row[] => {
  const message = `cannot set the field '${field}': ${fact}. ${remedy}.`;
  return [
    [
      `account.${field} = ${found}`,
      () => {
        (account as unknown as Record<string, unknown>)[field] = value;
      },
      type,
      "INVALID_VALUE",
      message,
    ],
    [
      `new Account({ ${field}: ${found} })`,
      () => new Account(wrong({ [field]: value })),
      type,
      "INVALID_VALUE",
      message,
    ],
  ];
};

const integer = (field: string, low: number, high: number): Row[] => [
  ...[low - 1, high + 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY].flatMap((value) =>
    wrongValue(
      field,
      value,
      String(value),
      RangeError,
      `the value is ${value}`,
      `Give a whole number from ${low} to ${high}`,
    ),
  ),
  ...(
    [
      ["1", '"1"'],
      [1n, "1n"],
      [null, "null"],
      [true, "true"],
    ] as const
  ).flatMap(([value, found]) =>
    wrongValue(field, value, found, TypeError, `the value is ${found}`, "Give a number"),
  ),
];

const rows: Row[] = [
  ...(
    [
      [undefined, "undefined"],
      [null, "null"],
      ["int32", '"int32"'],
      [[], "an instance of Array"],
    ] as const
  ).map(
    ([fields, found]): Row => [
      `SharedStruct(${found})`,
      () => SharedStruct(wrong(fields)),
      TypeError,
      "INVALID_STRUCT",
      `cannot make a SharedStruct: the fields are ${found}. ${GIVE_FIELDS}`,
    ],
  ),
  ...(
    [
      ["int", '"int"'],
      [undefined, "undefined"],
      [Number, "function Number"],
      [new Lock(), "an instance of Lock"],
      [{ n: "int32" }, "an object"],
      [() => new Lock(), "a function"],
      [class MyLock extends Lock {}, "function MyLock"],
    ] as const
  ).map(
    ([type, found]): Row => [
      `SharedStruct({ n: ${found} })`,
      () => SharedStruct(wrong({ n: "int8", x: type })),
      TypeError,
      "INVALID_STRUCT",
      `cannot make a SharedStruct: the type of the field 'x' is ${found}. ${GIVE_TYPES}`,
    ],
  ),
  ...["constructor", "__proto__"].map(
    (name): Row => [
      `SharedStruct({ ["${name}"]: "int8" })`,
      () => SharedStruct({ [name]: "int8" }),
      TypeError,
      "INVALID_STRUCT",
      `cannot make a SharedStruct: a field is named ${name}. Give it another name.`,
    ],
  ),
  [
    "SharedStruct with a symbol",
    () => SharedStruct(wrong({ [Symbol.iterator]: "int8" })),
    TypeError,
    "INVALID_STRUCT",
    "cannot make a SharedStruct: a field is named Symbol(Symbol.iterator). Give it another name.",
  ],
  ...([null, 5, "text"] as const).map(
    (init): Row => [
      `new Account(${JSON.stringify(init)})`,
      () => new Account(wrong(init)),
      TypeError,
      "INVALID_VALUE",
      `cannot make an instance of Account: the initial values are ${JSON.stringify(init)}. Give an object.`,
    ],
  ),
  [
    "new Account({ balanse: 1 })",
    () => new Account(wrong({ balanse: 1 })),
    TypeError,
    "INVALID_VALUE",
    `cannot make an instance of Account: there is no field 'balanse'. Its fields are ${NAMES}.`,
  ],
  ...(
    [
      [new Lock(), "an instance of Lock"],
      [null, "null"],
      [RLock, "function RLock"],
      [{}, "an object"],
    ] as const
  ).map(
    ([lock, found]): Row => [
      `new Account({ lock: ${found} })`,
      () => new Account(wrong({ lock })),
      TypeError,
      "INVALID_VALUE",
      `cannot make an instance of Account: the field 'lock' is ${found}. Give an instance of RLock.`,
    ],
  ),
  [
    "account.lock = new RLock()",
    () => {
      (account as { lock: RLock }).lock = new RLock();
    },
    TypeError,
    "READ_ONLY",
    "cannot set the field 'lock': it is a shared object, which stays what it is. Give it to the constructor, or use a field of type \"any\".",
  ],
  ...integer("small", 0, 255),
  ...integer("int", -2_147_483_648, 2_147_483_647),
  ...integer("word", 0, 4_294_967_295),
  ...["float", "single"].flatMap((field) =>
    wrongValue(field, "1.5", '"1.5"', TypeError, 'the value is "1.5"', "Give a number"),
  ),
  ...wrongValue("big", 1, "1", TypeError, "the value is 1", "Give a bigint"),
  ...wrongValue(
    "big",
    2n ** 63n,
    "2n ** 63n",
    RangeError,
    "9223372036854775808n does not fit in 64 bits",
    "Give a smaller bigint",
  ),
  ...wrongValue("flag", 1, "1", TypeError, "the value is 1", "Give true or false"),
  ...wrongValue("text", 1, "1", TypeError, "the value is 1", "Give a string"),
  ...wrongValue("text", null, "null", TypeError, "the value is null", "Give a string"),
];

table("SharedStruct", rows);

describe("a subclass with members of its own that no other thread would see", () => {
  const cases: [member: string, Class: new () => object][] = [
    [
      "x",
      class Own extends SharedStruct({ n: "int8" }) {
        x = 1;
      },
    ],
    [
      "empty",
      class Own extends SharedStruct({ n: "int8" }) {
        empty?: number;
      },
    ],
    [
      "#secret",
      class Own extends SharedStruct({ n: "int8" }) {
        #secret = 1;
        get secret() {
          return this.#secret;
        }
      },
    ],
    [
      "#method",
      class Own extends SharedStruct({ n: "int8" }) {
        #method() {}
        call() {
          this.#method();
        }
      },
    ],
    [
      "handler",
      class Own extends SharedStruct({ n: "int8" }) {
        handler = () => this.n;
      },
    ],
  ];
  for (const [member, Own] of cases) {
    test(`${member} is refused at new`, () => {
      for (const Class of [Own, { Own: class extends (Own as new () => { n: number }) {} }.Own]) {
        assert.throws(
          () => new Class(),
          (error: Error & { code?: string }) => {
            assert.ok(error instanceof TypeError);
            assert.equal(error.code, "INVALID_STRUCT");
            assert.equal(
              error.message,
              `cannot make an instance of Own: its member ${member} would exist in one thread only. List it in the fields of SharedStruct, or make it static.`,
            );
            return true;
          },
        );
      }
    });
  }

  test("static ones and those that are declared only are fine", () => {
    class Fine extends SharedStruct({ n: "any" }) {
      static count = 0;
      static #hidden = 1;
      declare n: number | undefined;
      static get hidden(): number {
        return Fine.#hidden;
      }
    }
    assert.equal(new Fine({ n: 1 }).n, 1);
    assert.equal(Fine.hidden, 1);
  });
});

describe("an instance", () => {
  test("takes no properties besides its fields", () => {
    const open = account as unknown as Record<string, unknown>;
    assert.throws(() => (open.extra = 1), TypeError);
    assert.throws(() => Object.defineProperty(open, "extra", { value: 1 }), TypeError);
    assert.equal("extra" in open, false);
  });

  test("keeps its fields", () => {
    assert.equal(delete (account as { int?: number }).int, true);
    assert.equal(account.int, 2);
  });
});

after(() => {
  assert.deepEqual(account.toJSON(), before);
  assert.equal(arenaWords()[indexOf(account)], 0, "the guard is free");
});
