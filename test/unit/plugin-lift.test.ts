/** The lift: what it finds in a module, and what it makes of it. That it runs is shown in test/runtimes. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Node, parse } from "acorn";
import type { Syntax } from "../../src/capture/syntax/scopes.ts";
import { type LiftedText, lift } from "../../src/plugin/lift.ts";

const FROM = 'import { Thread, ThreadPoolExecutor, Timer, Queue, Lock, SharedStruct } from "threadkit";';

function syntaxOf(text: string): Syntax {
  return parse(text, { ecmaVersion: "latest", sourceType: "module" }) as Node as unknown as Syntax;
}

function liftOf(text: string, functions?: string[]): LiftedText | undefined {
  return lift(text, syntaxOf(text), { file: "a.js", functions });
}

/** The names of what was lifted, in the order of the text; foreign functions as they are written. */
function namesIn(text: string, functions?: string[]): string[] {
  const lifted = liftOf(text, functions);
  if (!lifted?.slice) return [];
  const main = lifted.main('"url"').toString();
  const slice = lifted.slice("a.js").toString();
  syntaxOf(main); // both must be right syntax
  syntaxOf(slice);
  const units = JSON.parse(/units:(\[.*?\])\}\}/.exec(main)![1]) as { name?: string }[];
  return units.map(
    ({ name }, i) => name ?? `foreign ${new RegExp(`u${i}=\\{make:\\(\\)=>\\[([\\w.]+)`).exec(slice)![1]}`,
  );
}

const mainOf = (text: string) => liftOf(text)!.main('"url"').toString();
const sliceOf = (text: string) => liftOf(text)!.slice!("a.js").toString();

describe("the lift finds", () => {
  const finds = (what: string, text: string, names: string[], functions?: string[]) =>
    test(what, () => assert.deepEqual(namesIn(text, functions), names));

  finds(
    "targets of threads, as a method or not",
    `${FROM} new Thread({ target() {} }); new Thread({ target: () => 1 });`,
    ["target", "target"],
  );
  finds(
    "functions of timers and in arguments",
    `${FROM} new Timer(1, () => 1); new Thread({ target: f, args: [{ on: () => 2 }] }); function f() {}`,
    ["", "on", "f"],
  );
  finds("tasks of whatever has a submit", 'import { pool } from "./pool.js"; pool.submit(() => 1);', [""]);
  finds("the same of submitAsync", 'import { pool } from "./pool.js"; await pool.submitAsync(() => 1);', [
    "",
  ]);
  finds(
    "what constructors of the module's own subclasses are given, at any distance",
    `${FROM} class A extends Timer {} const B = class extends A {}; new A(1, () => 1); new B(1, function b() {}); new C(() => 2); class C {}`,
    ["A", "B", "", "b"],
  );
  finds(
    "map only of what is visibly a pool",
    `${FROM} const p = new ThreadPoolExecutor(1); p.map(() => 1, []); [].map(() => 2); list.map(() => 3); workerPool.map(() => 4);`,
    ["", ""],
  );
  finds(
    "what a library's object is given, and not what it runs itself",
    `${FROM} const q = new Queue(); q.put(() => 1); const l = new Lock(); l.with(() => 2);`,
    [""],
  );
  finds(
    "classes that extend this library's, at any distance",
    `${FROM} class A extends Thread {} class B extends A {} class C extends SharedStruct({ x: "int8" }) {} class D {}`,
    ["A", "B", "C"],
  );
  finds(
    "what a task captures, and what that captures",
    `${FROM} const a = () => b(); function b() { return new C(); } class C {} const d = () => 1; x.submit(() => a());`,
    ["a", "b", "C", ""],
  );
  finds(
    "what captured objects hold, and what calls return",
    "const o = { f() {}, g: () => 1 }; function make(n) { return () => n; } const m = make(1); x.submit(() => [o, m]);",
    ["f", "g", "", ""],
  );
  finds(
    "what the module itself hands to a function that hands it on",
    "function run(f) { x.submit(f); } run(() => 1);",
    [""],
  );
  finds(
    "functions of other modules, by their imports",
    'import { work } from "./w.js"; import * as jobs from "./j.js"; x.submit(work); x.submit(jobs.a, { work });',
    ["foreign work", "foreign jobs.a"],
  );
  finds("functions that the user names", "parallel([1], () => 1); other(() => 2);", [""], ["parallel"]);
  finds("nothing in CommonJS", 'const { pool } = require("./pool"); pool.submit(() => 1);', []);
  finds(
    "nothing in the library's names that are not its own",
    'import { Thread } from "other"; new Thread({ target() {} });',
    [],
  );
});

describe("lifted code", () => {
  test("keeps the names that functions have from where they stand", () => {
    const main = mainOf("const f = () => 1; let g; g = () => f(); x.submit(() => g());");
    assert.match(main, /\{"f":\(\) => 1\}\["f"\]/);
    assert.match(main, /\{"g":\(\) => f\(\)\}\["g"\]/);
  });

  test("begins behind a hashbang and directives", () => {
    assert.match(
      mainOf('#!/usr/bin/env node\n"use client"\nx.submit(() => 1);'),
      /^#!.*\n"use client";import/,
    );
  });

  test("uses names that the module has not", () => {
    assert.match(mainOf("const $tk = 1; x.submit(() => $tk);"), /lifted as \$tk\$\}/);
  });

  test("notes functions before their block runs, and classes behind their declarations", () => {
    const main = mainOf(
      "export function f() { return g(); function g() {} } export class C {} x.submit(() => [f, C]); { x.submit(h); function h() {} }",
    );
    assert.match(main, /^import.*\$tk\(f,\$tkSlice,0\);export function f/);
    assert.match(main, /class C \{\};\$tk\(C,/);
    assert.match(main, /\{\$tk\(h,\$tkSlice,\d\); x\.submit\(h\)/);
  });

  test("takes this library's exports as captures and others as imports", () => {
    const slice = sliceOf(
      `${FROM} import { d } from "./d.js"; import t from "./t.json" with { type: "json" }; x.submit(() => [new Lock(), d, t]);`,
    );
    assert.doesNotMatch(slice, /from ?"threadkit";/);
    assert.match(slice, /let Lock;/);
    assert.match(slice, /import \{d as d\} from"\.\/d\.js"/);
    assert.match(slice, /import \{default as t\} from"\.\/t\.json"with\{"type":"json"\}/);
  });

  test("takes awaited imports as imports", () => {
    assert.match(
      sliceOf('const { d: e } = await import("./d.js"); x.submit(() => e);'),
      /import \{d as e\} from"\.\/d\.js"/,
    );
  });

  test("reads imports through an object where they travel by value", () => {
    const slice = sliceOf('import { d } from "./d.js"; x.submit(() => ({ d, e: d() }));');
    assert.match(
      slice,
      /makeWith\(\$tki\)\{return\[\(\(\) => \(\{ d:\(0,\$tki\.d\), e: \(0,\$tki\.d\)\(\) \}\)\)/,
    );
  });

  test("leaves out what ran once: public static fields", () => {
    const slice = sliceOf("class C { static a = new Map(); static #b = 1; c = 2; } x.submit(() => C);");
    assert.match(slice, /class C \{ static a; *static #b = 1; c = 2; \}/);
  });

  test("says where it stood", () => {
    const main = mainOf("\n\n  x.submit(() => 1);");
    assert.match(main, /"file":"a\.js","line":2,"column":11/);
  });

  test("names classes of errors alike in every thread", () => {
    const main = mainOf("export class A extends Error {} class B extends A {} class C {}");
    assert.match(main, /\$tkNamed\(A,"a\.js:1:8"\)/);
    assert.match(main, /\$tkNamed\(B,"a\.js:1:33"\)/);
    assert.doesNotMatch(main, /Named\(C/);
    assert.equal(liftOf("class A extends Error {}")!.slice, undefined);
  });
});

describe("the lift refuses", () => {
  test("while building, what goes to a thread for certain", () => {
    const [error] = liftOf(
      `${FROM}\nlet n = 0; function bump() { n++; }\nnew Thread({ target: () => bump() });`,
    )!.errors;
    assert.match(
      error.message,
      /^cannot send 'n' to a thread: it is assigned at a\.js:2:30, and a thread would change only its own copy\. Return/,
    );
    assert.match(error.message, /\n {2}in function bump \(a\.js:2:12\)$/);
  });

  test("when it runs, what may go to a thread", () => {
    const lifted = liftOf("let n = 0; x.submit(() => n++);")!;
    assert.deepEqual(lifted.errors, []);
    assert.match(lifted.main("0").toString(), /"refusal":\["'n'"/);
  });

  for (const [what, text] of [
    ["'this'", "x.submit(() => this.a);"],
    ["'super'", "class A { m() { x.submit(() => super.m()); } }"],
    ["'arguments'", "function f() { x.submit(() => arguments[0]); }"],
    ["code with a direct eval()", 'x.submit(() => eval("1"));'],
    ["'new.target'", "function f() { x.submit(() => new.target); }"],
  ] as const)
    test(`${what} of the code around`, () => {
      assert.ok(mainOf(text).includes(`"refusal":["${what}"`), mainOf(text));
    });
});
