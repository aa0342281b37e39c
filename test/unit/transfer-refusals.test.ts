/** What cannot cross is refused with its path, what was found and what to do. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isProxy } from "node:util/types";
import * as namespace from "../../src/errors/errors.ts";
import { CaptureError } from "../../src/errors/errors.ts";
import { encode } from "../../src/transfer/encode.ts";
import { cross, options, refusal, wasm } from "./transfer-support.ts";

class Socket {}
class MyMap extends Map {}
class MyArray extends Array {}
class MyDate extends Date {}
class MyBytes extends Uint8Array {}

const CLASS =
  "Send the plain data it holds, create it inside the thread, or move it to its own module and import it there.";

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8);
  structuredClone(buffer, { transfer: [buffer] });
  return buffer;
}

const sentences: [string, unknown, string][] = [
  [
    "an instance of a class",
    { user: { socket: new Socket() } },
    `.user.socket to a thread: it is an instance of class Socket. ${CLASS}`,
  ],
  ["a subclass of Map", [new MyMap()], `[0] to a thread: it is an instance of class MyMap. ${CLASS}`],
  ["a subclass of Array", new MyArray(), ` to a thread: it is an instance of class MyArray. ${CLASS}`],
  ["a subclass of Date", new MyDate(), ` to a thread: it is an instance of class MyDate. ${CLASS}`],
  [
    "a subclass of a typed array",
    new MyBytes(1),
    ` to a thread: it is an instance of class MyBytes. ${CLASS}`,
  ],
  [
    "a stream",
    { out: new ReadableStream() },
    `.out to a thread: it is an instance of class ReadableStream. ${CLASS}`,
  ],
  [
    "a promise",
    new Map([["p", Promise.resolve()]]),
    `.get("p") to a thread: it is a promise. Await it and send its value.`,
  ],
  [
    "a WeakMap",
    new Map([[new WeakMap(), 1]]),
    ".keys()[0] to a thread: it is a WeakMap, which works only in the thread that made it. Send a Map, or create it inside the thread.",
  ],
  [
    "a WeakSet",
    new Set([1, new WeakSet()]),
    ".values()[1] to a thread: it is a WeakSet, which works only in the thread that made it. Send a Set, or create it inside the thread.",
  ],
  [
    "a WeakRef",
    { "a b": new WeakRef({}) },
    `["a b"] to a thread: it is a WeakRef, which works only in the thread that made it. Send the object it refers to.`,
  ],
  [
    "a FinalizationRegistry",
    new FinalizationRegistry(() => {}),
    " to a thread: it is a FinalizationRegistry, which works only in the thread that made it. Create it inside the thread.",
  ],
  [
    "a generator",
    (function* () {
      yield 1;
    })(),
    " to a thread: it is a generator, whose position cannot be copied. Send an array of its items.",
  ],
  [
    "an async generator",
    (async function* () {
      yield 1;
    })(),
    " to a thread: it is an async generator, whose position cannot be copied. Send an array of its items, or call its function inside the thread.",
  ],
  [
    "an iterator",
    [1][Symbol.iterator](),
    " to a thread: it is an iterator, whose position cannot be copied. Send an array of its items.",
  ],
  [
    "an iterator of a Map",
    new Map().entries(),
    " to a thread: it is an iterator, whose position cannot be copied. Send an array of its items.",
  ],
  [
    "a symbol of its own",
    { s: Symbol("mine") },
    `.s to a thread: it is Symbol(mine), a symbol that no other thread can have. Use Symbol.for("mine").`,
  ],
  ["a boxed symbol", Object(Symbol.iterator), " to a thread: it is a boxed symbol. Send the symbol itself."],
  [
    "a function without a lifter",
    [function go() {}],
    "[0] to a thread: it is function go, and code cannot cross here. Send the data it would return, or move it to its own module and import it there.",
  ],
  [
    "an AbortSignal",
    new AbortController().signal,
    " to a thread: it is an AbortSignal, which works only in the thread that made it. Send a SharedBoolean, and set it when the signal aborts.",
  ],
  [
    "a Request",
    new Request("http://a.b"),
    " to a thread: it is a Request, which works only in the thread that made it. Send its url, method, headers and body.",
  ],
  [
    "a Response",
    new Response(),
    " to a thread: it is a Response, which works only in the thread that made it. Send its status, headers and body.",
  ],
  [
    "a detached buffer",
    { b: detached() },
    ".b to a thread: its memory was transferred away. Send it before it is transferred, or send a copy of it.",
  ],
  [
    "a port outside the transfer list",
    { p: new MessageChannel().port1 },
    ".p to a thread: it is a MessagePort, which moves and is not copied. Move it: transfer(port).",
  ],
  [
    "memory that is not shared",
    new wasm.Memory({ initial: 1 }),
    " to a thread: it is a WebAssembly.Memory that is not shared. Create it with { shared: true }, or send a copy of its buffer.",
  ],
  [
    "the namespace of a module",
    { ns: namespace },
    ".ns to a thread: it is the namespace of a module. Import that module inside the thread.",
  ],
  [
    "an object that inherits",
    Object.create({ a: 1 }),
    " to a thread: it inherits from another object, and only its own fields could cross. Send a plain object, or move it to its own module and import it there.",
  ],
  [
    "a hollow Map",
    Object.create(Map.prototype),
    " to a thread: it only inherits from Map (a Proxy, or made by Object.create). Send a real Map.",
  ],
  [
    "a proxy of a Date",
    new Proxy(new Date(), {}),
    " to a thread: it only inherits from Date (a Proxy, or made by Object.create). Send a real Date.",
  ],
];

describe("refusals", () => {
  for (const [name, value, rest] of sentences) {
    it(`${name} is refused by path, fact and advice`, () => {
      assert.equal(refusal(value), `cannot send args[0]${rest}`);
    });
  }

  it("are CaptureErrors with a stable code", () => {
    assert.throws(
      () => encode(new Socket(), options()),
      (error) => error instanceof CaptureError && error.code === "CANNOT_CROSS",
    );
  });

  it("of a view of a detached buffer name the view", () => {
    const view = new Uint8Array(8);
    const data = new DataView(new ArrayBuffer(8));
    structuredClone(null, { transfer: [view.buffer, data.buffer] });
    const rest =
      "to a thread: its memory was transferred away. Send it before it is transferred, or send a copy of it.";
    assert.equal(refusal({ view }), `cannot send args[0].view ${rest}`);
    assert.equal(refusal({ data }), `cannot send args[0].data ${rest}`);
  });

  it("of a view that its buffer no longer covers say so", () => {
    const buffer = new ArrayBuffer(8, { maxByteLength: 8 });
    const view = new Uint8Array(buffer, 4, 4);
    const data = new DataView(buffer, 4, 4);
    buffer.resize(2);
    const rest =
      "to a thread: it is a view that its resized buffer no longer covers. Make a new view on the buffer.";
    assert.equal(refusal(view), `cannot send args[0] ${rest}`);
    assert.equal(refusal(data), `cannot send args[0] ${rest}`);
  });

  it("of a getter that throws carry its error as cause", () => {
    const thrown = new RangeError("boom");
    const value = {
      a: [
        {
          get b() {
            throw thrown;
          },
        },
      ],
    };
    assert.throws(() => encode(value, options()), {
      message:
        "cannot send args[0].a[0].b to a thread: reading it threw RangeError: boom. Make the getter work, or send plain data.",
      cause: thrown,
    });
  });

  it("of proxies are told by the host where it can, and by their trap where it cannot", () => {
    const rest = "to a thread: it is a Proxy. Send the object behind it.";
    assert.equal(refusal({ p: new Proxy({}, {}) }, { isProxy }), `cannot send args[0].p ${rest}`);
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const trapped = new Proxy({}, { ownKeys: () => assert.fail("trap") });
    assert.match(refusal(trapped), /^cannot send args\[0\] to a thread: reading it threw AssertionError/);
    assert.equal(refusal(proxy), `cannot send args[0] ${rest}`);
  });

  it("name what is done in the caller's words", () => {
    const action = { verb: "return", where: "from a thread" };
    assert.match(
      refusal(new Socket(), { label: "its result", action }),
      /^cannot return its result from a thread: it is/,
    );
  });

  it("put steps before the place of a captured value", () => {
    const label = "captured 'cfg' (demo.ts:3:9)";
    assert.match(
      refusal({ a: [new Socket()] }, { label }),
      /^cannot send captured 'cfg'\.a\[0\] \(demo\.ts:3:9\) to a thread/,
    );
  });

  it("of something very deep cut the path in the middle and keep its place", () => {
    let deep: unknown = new Socket();
    for (let i = 0; i < 1000; i++) deep = { next: deep };
    const sentence = refusal(deep, { label: "captured 'l' (a.ts:1:2)" });
    assert.match(
      sentence,
      /^cannot send captured 'l'\.next\.next.*…(t|xt|ext|next)?[.nextr]*\.next \(a\.ts:1:2\) to a thread: it is an/,
    );
    assert.ok(sentence.length < 500);
  });

  it("leave the next message whole and the caller's values untouched", () => {
    const value = Object.freeze({ list: [1, 2], bad: new Socket() });
    refusal(value);
    assert.deepEqual(Object.keys(value), ["list", "bad"]);
    assert.deepStrictEqual(cross({ list: value.list }), { list: [1, 2] });
  });
});
