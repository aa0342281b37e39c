/** ES modules in the form of Vite's: what one exports is what the other one finds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { converted } from "../../src/capture/outgoing/jest-module.ts";

type Exports = Record<string, unknown>;

/** Runs a module in that form; `others`: what it may import. */
async function run(text: string, others: Record<string, Exports> = {}): Promise<Exports> {
  const module = converted(text);
  assert.ok(module, text);
  const exports: Exports = {};
  const define = (name: string, get: () => unknown) =>
    Object.defineProperty(exports, name, { get, enumerable: true });
  const given = {
    __vite_ssr_import__: async (specifier: string) => others[specifier],
    __vite_ssr_dynamic_import__: async (specifier: string) => others[specifier],
    __vite_ssr_import_meta__: { url: "file:///m.js" },
    __vite_ssr_exportName__: define,
    __vite_ssr_exportAll__: (from: Exports) => {
      for (const name of Object.keys(from)) if (name !== "default") define(name, () => from[name]);
    },
  };
  const AsyncFunction = (async () => {}).constructor as new (
    ...texts: string[]
  ) => (...v: unknown[]) => unknown;
  await new AsyncFunction(...Object.keys(given), `"use strict";{${module.code}\n}`)(...Object.values(given));
  return exports;
}

test("every form of export", async () => {
  const other = { a: 1, b: 2, default: 3 };
  const found = await run(
    `export const x = 1, { y, z: [w] } = { y: 2, z: [3] };
     export let count = 0;
     export function add() { count += 1; }
     export class Box {}
     const own = 5;
     export { own, own as "an other" };
     export { a as c, default as d } from "other";
     export * from "other";
     export * as all from "other";
     export default () => own;`,
    { other },
  );
  (found.add as () => void)();
  assert.deepEqual([found.x, found.y, found.w, found.count], [1, 2, 3, 1]);
  assert.deepEqual([found.own, found["an other"], found.c, found.d], [5, 5, 1, 3]);
  assert.deepEqual([found.a, found.b, found.all], [1, 2, other]);
  assert.equal((found.Box as { name: string }).name, "Box");
  assert.equal((found.default as () => number)(), 5);
  const named = await run("export default function f() { return f.name; }");
  assert.equal((named.default as () => string)(), "f");
});

test("every form of import, wherever a name is used", async () => {
  const other = { a: 1, f: (n: number) => n + 1, default: "d" };
  const found = await run(
    `import d, { a, f as g, "f" as h } from "other";
     import * as all from "other";
     import "other";
     const shadowed = (a) => a;
     export { a as again };
     export const used = [d, { a }, g(a), h(1), all.f(2), shadowed(9), \`\${a}\`, typeof missing];
     export const meta = import.meta.url;
     export const later = () => import("other");`,
    { other },
  );
  assert.deepEqual(found.used, ["d", { a: 1 }, 2, 2, 3, 9, "1", "undefined"]);
  assert.deepEqual([found.again, found.meta], [1, "file:///m.js"]);
  assert.equal(await (found.later as () => Promise<unknown>)(), other);
  other.a = 7;
  assert.equal(found.again, 7);
});

test("lines stay, and what is no module is left alone", () => {
  const text = 'import {\n  a,\n} from "x";\nexport const b = () => {\n  throw new Error(a);\n};\n';
  const { code, specifiers } = converted(text)!;
  assert.equal(
    code.split("\n").findIndex((line) => line.includes("throw")),
    4,
  );
  assert.deepEqual(specifiers, ["x"]);
  assert.equal(converted("exports.a = require('b');"), undefined);
  assert.equal(converted("export const a: number = 1;"), undefined);
});
