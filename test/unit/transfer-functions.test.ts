/** Functions and classes cross through a lifter and a builder, with captures, own properties and cycles. */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Symbolic } from "../../src/transfer/boundary.ts";
import { decode } from "../../src/transfer/decode.ts";
import { encode } from "../../src/transfer/encode.ts";
import { adopt, builder, cross, lifterOf, options, type Plan, refusal } from "./transfer-support.ts";

type Fn = (...args: unknown[]) => unknown;
const code = (text: string, ...names: string[]) => ({ text, names });
const cls = (text: string, ...names: string[]) => ({ text, names, isClass: true });

/** Crosses with a lifter made of pairs of function and plan. */
function send<T>(value: T, ...plans: [unknown, Plan | Symbolic][]): T {
  return cross(value, { lifter: lifterOf(new Map(plans)) }, builder);
}

class A {}
class B {}
class Socket {}
const f: Fn = () => {};
const g: Fn = () => {};

describe("functions", () => {
  it("arrive with their captures and own properties", () => {
    const back = send(f, [
      f,
      { unit: code("() => x + y.z", "x", "y"), captures: () => [1, { z: 2 }], own: () => [["tag", [7]]] },
    ]);
    assert.equal(back(), 3);
    assert.deepEqual((back as never as { tag: number[] }).tag, [7]);
  });

  it("met twice are one function, and share what they capture with the message", () => {
    const data = { n: 0 };
    const [a, b, got] = send([f, f, data] as const, [
      f,
      { unit: code("() => ++data.n", "data"), captures: () => [data] },
    ]);
    assert.equal(a, b);
    a();
    assert.equal(got.n, 1);
  });

  it("that capture each other and themselves arrive tied", () => {
    const back = send(
      f,
      [f, { unit: code("(n) => n > 9 ? [n, f, g] : g(n + 1)", "f", "g"), captures: () => [f, g] }],
      [g, { unit: code("(n) => f(n + 1)", "f"), captures: () => [f] }],
    );
    const [n, self] = back(0) as [number, Fn];
    assert.equal(n, 10);
    assert.equal(self, back);
  });

  it("of one unit send its text once", () => {
    const text = `() => "${"x".repeat(5000)}" && n`;
    const plan = { unit: code(text, "n"), captures: () => [1] };
    const { bytes } = encode(
      [f, g],
      options({
        lifter: lifterOf(
          new Map([
            [f, plan],
            [g, plan],
          ]),
        ),
      }),
    );
    assert.ok(bytes.length < 6000, `${bytes.length}`);
    const [a, b] = decode(bytes, { extras: [], adopt, builder }) as Fn[];
    assert.notEqual(a, b);
    assert.equal(b(), 1);
  });

  it("units keep every field", () => {
    const unit = {
      key: "kk",
      file: "file:///x.ts",
      text: "() => 中",
      line: 300,
      column: 7,
      isClass: false,
      isMethod: true,
      strict: false,
      names: ["a"],
      importReads: [
        [0, 5, 1],
        [1, 70000, 0],
      ] as const,
    };
    let seen: unknown;
    cross(
      f,
      { lifter: lifterOf(new Map([[f, { unit, captures: () => [1] }]])) },
      {
        ...builder,
        begin: (got) => {
          seen = got;
          return { value: f, set() {}, finish: () => f };
        },
      },
    );
    assert.deepStrictEqual(seen, unit);
  });

  it("captures nested very deep are complete before the function is built", () => {
    let deep: unknown = "end";
    for (let i = 0; i < 3000; i++) deep = [deep];
    const walk = "{ let d = deep, n = 0; while (d !== 'end') { d = d[0]; n++; } return n; }";
    const back = send(A, [
      A,
      { unit: cls(`class { static n = (() => ${walk})() }`, "deep"), captures: () => [deep] },
    ]);
    assert.equal((back as never as { n: number }).n, 3000);
  });
});

describe("classes", () => {
  it("that capture themselves and are mentioned meanwhile arrive tied everywhere", () => {
    const data: Record<string, unknown> = {
      list: [0, A, 2],
      map: new Map<unknown, unknown>([
        ["a", A],
        [A, "b"],
        ["c", 3],
      ]),
      set: new Set([1, A, 3]),
    };
    data.A = A;
    data.z = 1;
    data.error = Object.assign(new Error("e"), { of: A });
    const sparse: unknown[] = [];
    sparse[5] = A;
    data.sparse = sparse;
    const back = send(A, [
      A,
      {
        unit: cls(
          "class A { static get data() { return data } static me() { return self } }",
          "data",
          "self",
        ),
        captures: () => [data, A],
        own: () => [["own", A]],
      },
    ]);
    const it = back as never as { data: typeof data; me(): unknown; own: unknown };
    assert.equal(it.me(), back);
    assert.equal(it.own, back);
    assert.deepEqual(Object.keys(it.data), ["list", "map", "set", "A", "z", "error", "sparse"]);
    assert.equal(it.data.A, back);
    assert.equal((it.data.list as unknown[])[1], back);
    assert.deepEqual(
      [...(it.data.map as Map<unknown, unknown>)],
      [
        ["a", back],
        [back, "b"],
        ["c", 3],
      ],
    );
    assert.deepEqual([...(it.data.set as Set<unknown>)], [1, back, 3]);
    assert.equal((it.data.error as { of: unknown }).of, back);
    assert.equal((it.data.sparse as unknown[])[5], back);
  });

  const base: Plan = {
    unit: cls("class Base { static leaf() { return new Leaf() } }", "Leaf"),
    captures: () => [B],
  };
  const leaf: Plan = {
    unit: cls("class Leaf extends Base {}", "Base"),
    captures: () => [A],
    own: () => [
      ["from", A],
      ["self", B],
    ],
  };

  it("that extend one another in a cycle arrive from either end", () => {
    for (const order of [
      [A, B],
      [B, A],
    ]) {
      const back = send(order, [A, base], [B, leaf]) as never as [never, never];
      const [Base, Leaf] = (order[0] === A ? back : [...back].reverse()) as unknown as [
        { leaf(): object } & Fn,
        { from: unknown; self: unknown } & Fn,
      ];
      assert.equal(Object.getPrototypeOf(Leaf), Base);
      assert.ok(Base.leaf() instanceof Leaf);
      assert.equal(Leaf.from, Base);
      assert.equal(Leaf.self, Leaf);
    }
  });

  it("that need two others while they are defined are built when the later of them has come", () => {
    class C {}
    const back = send(
      A,
      [A, { unit: cls("class Base { static of() { return Middle } }", "Middle"), captures: () => [B] }],
      [B, { unit: cls("class Middle { static leaf() { return Leaf } }", "Leaf"), captures: () => [C] }],
      [
        C,
        {
          unit: cls("class Leaf extends Base { static made = new Middle() }", "Base", "Middle"),
          captures: () => [A, B],
        },
      ],
    ) as never as { of(): { leaf(): { made: object } & Fn } & Fn };
    const Middle = back.of();
    assert.equal(Object.getPrototypeOf(Middle.leaf()), back);
    assert.ok(Middle.leaf().made instanceof Middle);
  });

  it("that fail for another reason fail with their own error", () => {
    assert.throws(
      () => send(A, [A, { unit: cls("class { static x = (() => { throw new RangeError('mine') })() }") }]),
      /mine/,
    );
  });

  it("keep the attributes of static fields that are there", () => {
    const back = send(A, [A, { unit: cls("class { static n = 1 }"), own: () => [["n", 5]] }]) as never as {
      n: number;
    };
    assert.equal(back.n, 5);
  });
});

describe("references", () => {
  const reference = {
    type: "import",
    file: "file:///a.ts",
    specifier: "./b.js",
    name: "default",
    attributes: { type: "json" },
  } as const;

  it("are looked up, and imports are listed for prefetch", () => {
    const all = [
      reference,
      { type: "import", file: "f", specifier: "s", name: "n" },
      { type: "require", file: "f", specifier: "fs", name: undefined },
      { type: "require", file: "f", specifier: "fs", name: "read" },
      { type: "cjs", file: "f", name: "x" },
    ] as const;
    const plan = {
      unit: code("() => all", "a", "b", "c", "d", "e"),
      captures: () => all.map((each) => new Symbolic(each)),
    };
    let captured: readonly unknown[] = [];
    const spy = {
      ...builder,
      begin: () => ({
        value: f,
        set() {},
        finish: (c: readonly unknown[]) => {
          captured = c;
          return f;
        },
      }),
    };
    const encoded = encode(f, options({ lifter: lifterOf(new Map([[f, plan]])) }));
    decode(encoded.bytes, { extras: [], adopt, builder: spy });
    assert.deepEqual(encoded.imports, [all[0], all[1]]);
    assert.deepEqual(captured, all);
  });

  it("stand for functions and objects that every thread has, and keep identity", () => {
    const global = new Symbolic({ type: "global", path: ["Math"] });
    const lifter = lifterOf(new Map([[f, new Symbolic(reference)]]), new Map([[Math as unknown, global]]));
    const shared = { x: 1 };
    const back = cross([Math, f, Math, f, shared, shared] as unknown[], { lifter }, builder);
    assert.equal(back[0], Math);
    assert.equal(back[2], Math);
    assert.deepEqual(back[1], reference);
    assert.equal(back[4], back[5]);
  });

  it("and code are an error for a receiver of data", () => {
    const { bytes } = encode(f, options({ lifter: lifterOf(new Map([[f, { unit: code("() => 1") }]])) }));
    assert.throws(
      () => decode(bytes, { extras: [], adopt }),
      /it holds code, and this receiver takes data only/,
    );
  });
});

describe("refusals inside functions", () => {
  it("name the captured value, the way into it and its place", () => {
    const lifter = lifterOf(
      new Map<unknown, Plan>([
        [f, { unit: code("", "g"), captures: () => [[g]] }],
        [g, { unit: code("", "cfg"), captures: () => [{ user: { socket: new Socket() } }] }],
      ]),
    );
    assert.match(
      refusal(f, { lifter }),
      /^cannot send captured 'cfg'\.user\.socket \(demo\.ts:1:9\) to a thread: it is an instance of class Socket\. /,
    );
  });

  it("name own properties by their path", () => {
    const lifter = lifterOf(
      new Map([[f, { unit: code(""), own: () => [["tag", new Socket()]] as [string, unknown][] }]]),
    );
    assert.match(refusal({ cb: f }, { lifter }), /^cannot send args\[0\]\.cb\.tag to a thread/);
  });

  it("of functions nested without end in captures are clear", () => {
    const fns = Array.from({ length: 5000 }, () => (() => {}) as Fn);
    const lifter = lifterOf(
      new Map(
        fns.map((fn, i) => [fn, { unit: code("() => n", "n"), captures: () => [fns[i + 1]] }] as const),
      ),
    );
    assert.match(refusal(fns[0], { lifter }), /it is nested too deeply in captured values or causes/);
  });

  it("a function in an error crosses whole or is described", () => {
    const plans: [unknown, Plan][] = [
      [f, { unit: code("() => s", "s"), captures: () => [[new Socket()]] }],
      [g, { unit: code("() => 5") }],
    ];
    const back = send(Object.assign(new Error("e"), { f, g }), ...plans);
    assert.match(String(back.f), /^\[cannot cross: (a )?function/);
    assert.equal(back.g(), 5);
  });
});
