/**
 * Compiles shipped text under its original file name and position, with the captured names as variables around it.
 *
 * The function exists before its captures are filled in, so that functions that capture each other keep their
 * identity. A class is evaluated when its captures are there, since it may use them at once.
 */
import { constants, Script } from "node:vm";

import { scriptName } from "#host";
import type { ImportReference, Reference, Unit } from "../../transfer/boundary.ts";
import { scriptSuffix } from "../coverage.ts";
import { quietLoaderOnce } from "../lazy.ts";
import { rebuiltScripts, rememberScript } from "./rebuilt.ts";

/** One evaluation of a unit: its value (or how to make it), and how to fill in what it captures. */
export type Instance = readonly [
  value: unknown,
  set: (index: number, value: unknown) => void,
  fill: (...captures: readonly unknown[]) => void,
];
export type Compiled = (...namespaces: readonly unknown[]) => Instance;

/** With this, import() in shipped code resolves as in the original file. */
const LOADER = constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER as unknown as undefined;

/** Compiles text that stands in `file`, with Node's own loader for the import() in it. */
export function script(
  text: string,
  file: string,
  lineOffset: number,
  columnOffset: number,
  index?: number,
): unknown {
  if (text.includes("import")) quietLoader();
  const options = {
    filename: scriptName(file) + scriptSuffix(index),
    lineOffset,
    columnOffset,
    importModuleDynamically: LOADER,
  };
  return new Script(text, options).runInThisContext();
}

/** Before the first script that may import(): Node would warn of it. */
function quietLoader(): void {
  quietLoaderOnce(() => {
    new Script("import('node:vm')", { importModuleDynamically: LOADER }).runInThisContext();
  });
}

/**
 * Compiles a unit. `live`: indices of imported names whose exports may change; they are read through the module's
 * namespace, given to the compiled function in the same order.
 */
export function compileUnit(unit: Unit, live: readonly number[]): Compiled {
  const { names, strict, isMethod, isClass } = unit;
  const prefix = unusedPrefix(unit);
  const namespace = (index: number) => `${prefix}n${index}`;
  const [text, grows] = readLive(unit, live, namespace);
  const [set, fill] = setters(names, prefix);
  const variables = names.length > 0 ? `${strict ? "let" : "var"} ${names.join()};` : "";
  const [open, close] = brackets(unit, prefix);
  const head =
    `(function(${[`${prefix}m`, ...live.map(namespace)].join()}){${strict ? "'use strict';" : ""}${variables}` +
    `return[${isClass ? "function(){return" : ""}${open}`;
  const whole = `${head}${text}\n${close}${isClass ? "}" : ""},${set},${fill}]})`;
  const columnOffset = unit.column - head.length;
  const factory = script(whole, unit.file, unit.line, columnOffset, rebuiltScripts().length) as Compiled;
  const references = new Map((unit.references ?? []).map(([index, reference]) => [names[index], reference]));
  for (const index of live) references.set(namespace(index), namespaceOf(unit, index));
  const place = { url: unit.file, text: whole, lineOffset: unit.line, columnOffset };
  rememberScript({ ...place, unit, references, head: head.length, grows });
  return isMethod
    ? (...namespaces) => factory(firstMethod, ...namespaces)
    : (...namespaces) => factory(0, ...namespaces);
}

/** What stands around the text: it gives a function without a name the one it had, or makes a method of it. */
function brackets({ isMethod, name }: Unit, prefix: string): readonly [string, string] {
  if (isMethod) return [`${prefix}m({`, "})"];
  if (name === undefined || name === "" || name === "__proto__") return ["(", ")"];
  const key = JSON.stringify(name);
  return [`({${key}:`, `}[${key}])`];
}

function firstMethod(object: object): unknown {
  const { get, set, value } = Object.getOwnPropertyDescriptor(object, Reflect.ownKeys(object)[0])!;
  return get ?? set ?? value;
}

/** A start for the wrapper's own names that nothing in the unit uses. */
function unusedPrefix({ text, names }: Unit): string {
  let prefix = "$tk";
  while (text.includes(prefix) || names.some((name) => name.startsWith(prefix))) prefix += "$";
  return prefix;
}

function setters(names: readonly string[], prefix: string): readonly [string, string] {
  const cases = names.map((name, i) => `case ${i}:${name}=${prefix}v;break;`);
  const values = names.map((_, i) => `${prefix}${i}`);
  const fills = names.map((name, i) => `${name}=${values[i]}`);
  return [
    `function(${prefix}i,${prefix}v){switch(${prefix}i){${cases.join("")}}}`,
    `function(${values.join()}){${fills.join(";")}}`,
  ];
}

/** The text with reads of live imports going through their namespaces. */
function readLive(
  unit: Unit,
  live: readonly number[],
  namespace: (index: number) => string,
): readonly [text: string, grows: (readonly [number, number])[]] {
  let text = unit.text;
  const grows: (readonly [number, number])[] = [];
  const reads = unit.importReads.filter(([index]) => live.includes(index)).sort((a, b) => b[1] - a[1]);
  for (const [index, offset, isShorthand] of reads) {
    const name = unit.names[index];
    const member = `${namespace(index)}[${JSON.stringify(importOf(unit, index).name)}]`;
    const read = isShorthand ? `${name}:${member}` : member;
    text = text.slice(0, offset) + read + text.slice(offset + name.length);
    grows.unshift([offset + name.length, read.length - name.length]);
  }
  let before = 0;
  return [text, grows.map(([from, by]) => [from + (before += by) - by, by] as const)];
}

/** The import that a captured name stands for. */
export function importOf({ references }: Unit, index: number): ImportReference {
  return references!.find(([i]) => i === index)![1] as ImportReference;
}

function namespaceOf(unit: Unit, index: number): Reference {
  return { ...importOf(unit, index), name: "*" };
}
