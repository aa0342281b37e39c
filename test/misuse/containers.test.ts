/** Wrong calls of SharedRef, SharedList and sharedArray. None may have had an effect: the objects are looked at in the end. */
import assert from "node:assert/strict";
import { after } from "node:test";
import "../harness/watchdog.ts";
import { CaptureError, SharedList, SharedRef, sharedArray, transfer } from "threadkit";
import { usedBytes } from "../harness/arena.ts";
import { type Row, table, wrong } from "./rows.ts";

const list = new SharedList<unknown>([1, "two"]);
const ref = new SharedRef<unknown>("value");
assert.equal(list.indexOf("two"), 1);
const used = usedBytes();

const NOT_INDICES: [value: unknown, found: string][] = [
  ["0", '"0"'],
  [null, "null"],
  [undefined, "undefined"],
  [1n, "1n"],
  [{}, "an object"],
];

function indexRows(call: string, doing: string, run: (index: never) => unknown): Row[] {
  return [
    ...NOT_INDICES.map(
      ([value, found]): Row => [
        `${call}(${found})`,
        () => run(wrong(value)),
        TypeError,
        "INVALID_VALUE",
        `cannot ${doing}: the index is ${found}. Give a whole number.`,
      ],
    ),
    ...[1.5, Number.NaN, Number.POSITIVE_INFINITY].map(
      (value): Row => [
        `${call}(${value})`,
        () => run(wrong(value)),
        RangeError,
        "INVALID_VALUE",
        `cannot ${doing}: the index is ${value}. Give a whole number.`,
      ],
    ),
  ];
}

const memory = transfer(new ArrayBuffer(8));
const KEEP = "Keep a copy of its contents, or a shared object of threadkit.";
const refuses = (what: string) =>
  `cannot send ${what} to a thread: an instance of ArrayBuffer in it is to be transferred, and whoever reads it first would take it. ${KEEP}`;
const ITEM = "an item of the SharedList";

const cannotKeep = (call: string, what: string, run: (value: never) => unknown): Row[] =>
  [memory, { deep: [memory] }].map(
    (value, i): Row => [
      `${call}(${i === 0 ? "a buffer to transfer" : "one inside"})`,
      () => run(wrong(value)),
      CaptureError,
      "CANNOT_CROSS",
      refuses(what),
    ],
  );

const rows: Row[] = [
  ...[5, {}, true, null].map(
    (items): Row => [
      `new SharedList(${JSON.stringify(items)})`,
      () => new SharedList(wrong(items)),
      TypeError,
      "INVALID_ARGUMENT",
      `cannot make a SharedList: the items are ${items !== null && typeof items === "object" ? "an object" : items}. Give something to loop over, such as an array.`,
    ],
  ),
  ...indexRows("at", "read an item of the SharedList", (i) => list.at(i)),
  ...indexRows("set", "set an item of the SharedList", (i) => list.set(i, 0)),
  ...indexRows("insert", "insert into the SharedList", (i) => list.insert(i, 0)),
  ...indexRows("removeAt", "remove an item of the SharedList", (i) => list.removeAt(i)),
  ...[2, -3, 1e9].map(
    (index): Row => [
      `set(${index}) of a list of two`,
      () => list.set(index, "a long string that needs a block"),
      RangeError,
      "INDEX_OUT_OF_RANGE",
      `cannot set an item of the SharedList: there is none at ${index}. Add items with push() or insert().`,
    ],
  ),
  ...(
    [
      [{}, "an object"],
      [[], "an instance of Array"],
      [new Date(), "an instance of Date"],
      [function named() {}, "function named"],
    ] as const
  ).flatMap(([value, found]) =>
    (["indexOf", "includes"] as const).map(
      (name): Row => [
        `${name}(${found})`,
        () => list[name](value),
        TypeError,
        "INVALID_VALUE",
        `cannot look for an item of the SharedList: a SharedList keeps copies of values like ${found}, and no copy is equal to it. Look for a primitive or a shared object, or loop over the list.`,
      ],
    ),
  ),
  [
    "forEach()",
    () => list.forEach(wrong(undefined)),
    TypeError,
    "INVALID_ARGUMENT",
    "cannot loop over the SharedList: the callback is undefined. Give a function.",
  ],
  ...cannotKeep("new SharedList", ITEM, (value) => new SharedList([1, "x", value])),
  ...cannotKeep("push", ITEM, (value) => list.push(value)),
  ...cannotKeep("push of three", ITEM, (value) => list.push("a", value, "b")),
  ...cannotKeep("unshift", ITEM, (value) => list.unshift(value)),
  ...cannotKeep("set", ITEM, (value) => list.set(0, value)),
  ...cannotKeep("insert", ITEM, (value) => list.insert(0, value)),
  ...cannotKeep("new SharedRef", "the value of the SharedRef", (value) => new SharedRef(value)),
  ...cannotKeep("set of a ref", "the value of the SharedRef", (value) => ref.set(value)),
  ...cannotKeep("setAsync", "the value of the SharedRef", (value) => ref.setAsync(value)),
  ...cannotKeep("update", "the value of the SharedRef", (value) => ref.update(() => value)),
  ...cannotKeep("updateAsync", "the value of the SharedRef", (value) => ref.updateAsync(() => value)),
  ...(["update", "updateAsync"] as const).map(
    (name): Row => [
      `${name}()`,
      () => ref[name](wrong(5)),
      TypeError,
      "INVALID_ARGUMENT",
      "cannot update the SharedRef: the updater is 5. Give a function.",
    ],
  ),
  [
    "update(async function)",
    () => ref.update(async () => "later"),
    TypeError,
    "INVALID_VALUE",
    "cannot update the SharedRef: the function returned a promise. Await updateAsync() instead.",
  ],
  ...(
    [
      [undefined, "undefined"],
      [Array, "function Array"],
      ["Int8Array", '"Int8Array"'],
      [class Sub extends Uint8Array {}, "function Sub"],
      [Buffer, "function Buffer"],
      [DataView, "function DataView"],
    ] as const
  ).map(
    ([type, found]): Row => [
      `sharedArray(${found})`,
      () => sharedArray(wrong(type), 3),
      TypeError,
      "INVALID_ARGUMENT",
      `cannot make a shared array: the type is ${found}. Give the constructor of a typed array, such as Float64Array.`,
    ],
  ),
  ...[-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY].map(
    (length): Row => [
      `sharedArray(Int8Array, ${length})`,
      () => sharedArray(Int8Array, length),
      RangeError,
      "INVALID_VALUE",
      `cannot make a shared array: the length is ${length}. Give a whole number from 0 on, or the items.`,
    ],
  ),
  ...(
    [
      ["3", '"3"'],
      [undefined, "undefined"],
      [null, "null"],
      [{ length: 3 }, "an object"],
      [3n, "3n"],
    ] as const
  ).map(
    ([items, found]): Row => [
      `sharedArray(Int8Array, ${found})`,
      () => sharedArray(Int8Array, wrong(items)),
      TypeError,
      "INVALID_ARGUMENT",
      `cannot make a shared array: the items are ${found}. Give a length, or an array of items.`,
    ],
  ),
  [
    'sharedArray(Int8Array, [1, "2"])',
    () => sharedArray(Int8Array, [1, wrong("2")]),
    TypeError,
    "INVALID_VALUE",
    'cannot make a shared array of the items: the value is "2". Give a number.',
  ],
  [
    "sharedArray(Float64Array, [1n])",
    () => sharedArray(Float64Array, [wrong(1n)]),
    TypeError,
    "INVALID_VALUE",
    "cannot make a shared array of the items: the value is 1n. Give a number.",
  ],
  [
    "sharedArray(BigInt64Array, [1])",
    () => sharedArray(BigInt64Array, [wrong(1)]),
    TypeError,
    "INVALID_VALUE",
    "cannot make a shared array of the items: the value is 1. Give a bigint.",
  ],
  [
    "sharedArray(Float64Array, 2 ** 50)",
    () => sharedArray(Float64Array, 2 ** 50),
    RangeError,
    "OUT_OF_MEMORY",
    `cannot make a shared array: there are no ${2 ** 53} bytes of memory for it. Make it smaller, or let go of other arrays.`,
  ],
];

after(() => {
  assert.deepEqual([...list], [1, "two"]);
  assert.equal(ref.get(), "value");
  assert.equal(usedBytes(), used, "a refused value left something behind");
});

table("containers", rows);
