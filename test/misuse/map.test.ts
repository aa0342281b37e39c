/** Wrong calls of SharedMap and SharedSet. None may have had an effect: the objects are looked at in the end. */
import assert from "node:assert/strict";
import { after } from "node:test";
import "../harness/watchdog.ts";
import { CaptureError, RuntimeError, SharedMap, SharedSet, transfer } from "threadkit";
import { mapFaults } from "../harness/map-words.ts";
import { type Row, table, wrong } from "./rows.ts";

const map = new SharedMap<string, unknown>([["a", 1]]);
const set = new SharedSet<unknown>(["a"]);

const GIVE = "Give a string, number, bigint, boolean, null, undefined or a shared object of threadkit.";
const READ = "cannot read an entry of the SharedMap";
const SET = "cannot set an entry of the SharedMap";
const DELETE = "cannot delete an entry of the SharedMap";
const UPDATE = "cannot update an entry of the SharedMap";
const GET_OR_SET = "cannot get or set an entry of the SharedMap";

const keyRow = (call: string, run: () => unknown, doing: string, found: string): Row => [
  call,
  run,
  TypeError,
  "INVALID_KEY",
  `${doing}: the key is ${found}. ${GIVE}`,
];
const fnRow = (call: string, run: () => unknown, doing: string, found: string): Row => [
  call,
  run,
  TypeError,
  "INVALID_ARGUMENT",
  `${doing}: the updater is ${found}. Give a function.`,
];
const nested = (doing: string) =>
  `${doing}: an update of it is running, and this call is inside. Return the new value from the function.`;

const rows: Row[] = [
  keyRow("get({})", () => map.get(wrong({})), READ, "an object"),
  keyRow("get(Symbol())", () => map.get(wrong(Symbol("s"))), READ, "Symbol(s)"),
  keyRow("has([])", () => map.has(wrong([])), READ, "an instance of Array"),
  keyRow("set({}, 1)", () => map.set(wrong({}), 1), SET, "an object"),
  keyRow(
    "set(function, 1)",
    () =>
      map.set(
        wrong(function key() {}),
        1,
      ),
    SET,
    "function key",
  ),
  keyRow("setAsync({}, 1)", () => map.setAsync(wrong({}), 1), SET, "an object"),
  keyRow("delete(Symbol.for('a'))", () => map.delete(wrong(Symbol.for("a"))), DELETE, "Symbol(a)"),
  keyRow("deleteAsync(new Date())", () => map.deleteAsync(wrong(new Date())), DELETE, "an instance of Date"),
  keyRow("update({}, fn)", () => map.update(wrong({}), () => 1), UPDATE, "an object"),
  keyRow("updateAsync({}, fn)", () => map.updateAsync(wrong({}), () => 1), UPDATE, "an object"),
  keyRow("getOrSet({}, fn)", () => map.getOrSet(wrong({}), () => 1), GET_OR_SET, "an object"),
  keyRow("getOrSetAsync({}, fn)", () => map.getOrSetAsync(wrong({}), () => 1), GET_OR_SET, "an object"),
  fnRow("update(key, 5)", () => map.update("a", wrong(5)), UPDATE, "5"),
  fnRow("updateAsync(key)", () => map.updateAsync("a", wrong(undefined)), UPDATE, "undefined"),
  fnRow("getOrSet(key, 'x')", () => map.getOrSet("b", wrong("x")), GET_OR_SET, '"x"'),
  fnRow("getOrSetAsync(key, null)", () => map.getOrSetAsync("b", wrong(null)), GET_OR_SET, "null"),
  [
    "update(key, async fn)",
    () => map.update("a", async () => 1),
    TypeError,
    "INVALID_VALUE",
    `${UPDATE}: the function returned a promise. Await updateAsync() instead.`,
  ],
  [
    "getOrSet(key, async fn)",
    () => map.getOrSet("b", async () => 1),
    TypeError,
    "INVALID_VALUE",
    `${GET_OR_SET}: the function returned a promise. Await getOrSetAsync() instead.`,
  ],
  [
    "set(key, buffer)",
    () => map.set("a", { pixels: transfer(new ArrayBuffer(8)) }),
    CaptureError,
    "CANNOT_CROSS",
    "cannot send a value of a SharedMap to a thread: an instance of ArrayBuffer in it is to be transferred, and whoever reads it first would take it. Keep a copy of its contents, or a shared object of threadkit.",
  ],
  [
    "update inside update",
    () => map.update("a", () => map.update("a", () => 1)),
    RuntimeError,
    "UPDATE_NESTED",
    nested(UPDATE),
  ],
  [
    "set inside update",
    () => map.update("a", () => map.set("a", 1)),
    RuntimeError,
    "UPDATE_NESTED",
    nested(SET),
  ],
  [
    "delete inside update",
    () => map.update("a", () => map.delete("a")),
    RuntimeError,
    "UPDATE_NESTED",
    nested(DELETE),
  ],
  [
    "clear inside update",
    () => map.update("a", () => map.clear()),
    RuntimeError,
    "UPDATE_NESTED",
    nested("cannot clear the SharedMap"),
  ],
  [
    "setAsync(key, 1) inside update",
    () => {
      let inner: unknown;
      map.update("a", (old) => {
        inner = map.setAsync("a", 1);
        return old;
      });
      return inner;
    },
    RuntimeError,
    "UPDATE_NESTED",
    nested(SET),
  ],
  [
    "new SharedMap(5)",
    () => new SharedMap(wrong(5)),
    TypeError,
    "INVALID_VALUE",
    "cannot make a SharedMap: the entries are 5. Give an iterable of [key, value] pairs.",
  ],
  [
    "new SharedMap([5])",
    () => new SharedMap(wrong([5])),
    TypeError,
    "INVALID_VALUE",
    "cannot make a SharedMap: an entry is 5. Give an iterable of [key, value] pairs.",
  ],
  [
    "new SharedSet({})",
    () => new SharedSet(wrong({})),
    TypeError,
    "INVALID_VALUE",
    "cannot make a SharedSet: the values are an object. Give an iterable.",
  ],
  [
    "forEach()",
    () => map.forEach(wrong(undefined)),
    TypeError,
    "INVALID_ARGUMENT",
    "cannot go through the SharedMap: the callback is undefined. Give a function.",
  ],
  [
    "forEach(1) of a set",
    () => set.forEach(wrong(1)),
    TypeError,
    "INVALID_ARGUMENT",
    "cannot go through the SharedSet: the callback is 1. Give a function.",
  ],
  keyRow("add({})", () => set.add({}), "cannot add to the SharedSet", "an object"),
  keyRow("has({}) of a set", () => set.has({}), "cannot look in the SharedSet", "an object"),
  keyRow("delete({}) of a set", () => set.delete({}), "cannot delete from the SharedSet", "an object"),
];

table("wrong calls of a SharedMap and a SharedSet", rows);

after(() => {
  assert.deepEqual([[...map], [...set]], [[["a", 1]], ["a"]]);
  assert.deepEqual([mapFaults(map), mapFaults(set)], [[], []]);
});
