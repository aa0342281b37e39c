/** The scope analysis by itself: what functions capture, what they do with it, what they need. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parse } from "acorn";
import { analyze } from "../../src/capture/syntax/analyze.ts";
import type { FunctionInfo, Syntax } from "../../src/capture/syntax/scopes.ts";

/** The function that starts at the mark `@`, in a module or, with `script`, in sloppy code. */
function marked(source: string, sourceType: "module" | "script" = "module"): FunctionInfo {
  const at = source.indexOf("@");
  const text = source.replace("@", "");
  const program = parse(text, { ecmaVersion: "latest", sourceType, allowAwaitOutsideFunction: true });
  const found = analyze(program as unknown as Syntax, sourceType === "module").functions.filter(
    ({ node, member }) => (member?.start ?? node.start) === at,
  );
  assert.equal(found.length, 1, source);
  return found[0];
}

const captured = (source: string) => [...marked(source).captures.keys()].map(({ name }) => name).sort();
const written = (source: string) =>
  [...marked(source).captures.values()]
    .filter(({ writes }) => writes.length > 0)
    .map(({ binding }) => binding.name);
const mutated = (source: string) =>
  [...marked(source).captures.values()]
    .filter((c) => c.mutations.length > 0)
    .map(({ binding }) => binding.name);
const needed = (source: string) => [...marked(source).needs.keys()];

describe("captures are", () => {
  const cases: Record<string, [source: string, names: string[]]> = {
    "what is declared outside": ["const a = 1, b = 2; @() => a", ["a"]],
    "not what is declared inside": ["const a = 1; @(a) => { let b = a; { const c = b; } }", []],
    "not globals": ["@() => Math.max(undeclared)", []],
    "what nested functions use": ["const a = 1; @() => () => { class X { m() { return a } } }", ["a"]],
    "defaults, but not parameters": [
      "const d = 1, e = 2; @({ a = d, [e]: b }, ...c) => [a, b, c]",
      ["d", "e"],
    ],
    "hoisted variables of the function": ["var v; @function f() { v; if (1) { var v; } }", []],
    "not labels, keys and members": [
      "const a = 1, o = {}; @() => { a: for (;;) { o.a; ({ a: 1 }).a; break a; } }",
      ["o"],
    ],
    "shorthand properties": ["const a = 1; @() => ({ a })", ["a"]],
    "what an outer block declares": ["{ using u = x(); @() => u } function x() {}", ["u"]],
    "not what a catch clause declares": [
      "const e = 1, m = 2; @() => { try {} catch ({ e = m }) { e } }",
      ["m"],
    ],
    "the variables of a loop around": ["for (const [k, v] of []) { @() => k + v }", ["k", "v"]],
    "what a class extends and computes": [
      "const P = 1, k = 2, f = 3; @class A extends P { [k] = f; static { A } }",
      ["P", "f", "k"],
    ],
    imports: ["import d, { n as m } from 'x'; import * as s from 'y'; @() => [d, m, s]", ["d", "m", "s"]],
    "a declared function seen from inside itself": ["@function f() { f() }", ["f"]],
    "not the own name of a function expression": ["x(@function f() { f() })", []],
    "what a template and a tag use": ["const t = 1, x = 2; @() => t`$" + "{x}`", ["t", "x"]],
  };
  for (const [sentence, [source, names]] of Object.entries(cases)) {
    test(sentence, () => assert.deepEqual(captured(source), names));
  }
});

describe("a write is", () => {
  const body = {
    assignment: "a = 1",
    "compound assignment": "a += 1",
    "logical assignment": "a ??= 1",
    increment: "a++",
    "array pattern": "[x.y, a = 2] = []",
    "object pattern": "({ p: { a } } = {})",
    "rest in a pattern": "({ ...a } = {})",
    "for-in": "for (a in {});",
    "for-of with a pattern": "for ({ a } of []);",
    "in a nested function": "(() => () => { a-- })()",
  };
  for (const [sentence, statement] of Object.entries(body)) {
    test(sentence, () => assert.deepEqual(written(`let a; const x = {}; @() => { ${statement} }`), ["a"]));
  }
  test("not the change of an object", () =>
    assert.deepEqual(written("let a; @() => { a.b = 1; a[0]++ }"), []));
  test("not what happens to a local", () =>
    assert.deepEqual(written("let a; @() => { let a; a = 1; () => a++ }"), []));
});

describe("a mutation is", () => {
  for (const statement of [
    "a.b = 1",
    "a.b.c += 1",
    "a[0]++",
    "delete a.b",
    "a.push(1)",
    "a.b?.set(1)",
    "(() => a.sort())()",
  ]) {
    test(statement, () => assert.deepEqual(mutated(`const a = {}; @() => { ${statement} }`), ["a"]));
  }
  for (const statement of ["a.b", "a.map(x)", "[...a].push(1)", "a().b = 1", "a[a.b]"]) {
    test(`not ${statement}`, () =>
      assert.deepEqual(mutated(`const a = {}, x = 1; @() => { ${statement} }`), []));
  }
});

describe("needed is", () => {
  const cases: Record<string, [source: string, needs: string[]]> = {
    "this in an arrow": ["function o() { x(@() => () => this) }", ["this"]],
    "not this in a function": ["@function o() { () => this }", []],
    "not this in a class": ["@class A { f = () => this; static { this.x } }", []],
    "this in the head of a class": ["function o() { x(@class extends this.P {}) }", ["this"]],
    "super in a method": ["x({ @m() { super.m() } })", ["super"]],
    "not super in a class": [
      "class B {} @class A extends B { constructor() { super(); () => super.x } }",
      [],
    ],
    "new.target in an arrow": ["function o() { x(@() => new.target) }", ["newTarget"]],
    "a direct eval, however deep": ["@() => () => eval('1')", ["eval"]],
    "not an indirect eval": ["@() => (0, eval)('1')", []],
    "a private name of the class around": ["class A { #p; @m() { () => this.#p } }", ["privateName"]],
    "a private name in a check": ["class A { #p; @m(o) { return #p in o } }", ["privateName"]],
    "not a private name of an own class": ["@() => { class A { #p; m() { this.#p } } }", []],
  };
  for (const [sentence, [source, needs]] of Object.entries(cases)) {
    test(sentence, () => assert.deepEqual(needed(source), needs));
  }
});

describe("strict is", () => {
  test("a module", () => assert.equal(marked("@() => 1").strict, true));
  test("not a script", () => assert.equal(marked("@() => 1", "script").strict, false));
  test("a script that says so", () => assert.equal(marked("'use strict'; @() => 1", "script").strict, true));
  test("a function that says so", () =>
    assert.equal(marked("@function f() { 'use strict' }", "script").strict, true));
  test("a class", () => assert.equal(marked("x({ y: class { @m() {} } })", "script").strict, true));
});

test("in sloppy code, an arrow function may return a function or a class", () => {
  for (const inner of ["(b) => { return b; }", "function () { return 1; }", "class {}"])
    assert.equal(marked(`const add = @(a) => ${inner};`, "script").strict, false);
});
