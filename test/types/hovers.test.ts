/** What an editor shows for a call: the checks of types are not seen in it. */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import ts from "typescript-5.4";
import { root } from "../harness/child.ts";

/** What TypeScript's language service says of the names that are marked with `/*…*\/`. */
function hovers(source: string): Record<string, string> {
  const file = path.join(root, ".tools", "hovers.ts");
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    strict: true,
    types: [],
  };
  const service = ts.createLanguageService({
    ...{ fileExists: ts.sys.fileExists, readFile: ts.sys.readFile, getDirectories: ts.sys.getDirectories },
    directoryExists: ts.sys.directoryExists,
    getScriptFileNames: () => [file],
    getScriptVersion: () => "1",
    getScriptSnapshot(name) {
      const text = name === file ? source : ts.sys.readFile(name);
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getCompilationSettings: () => options,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  });
  const found: Record<string, string> = {};
  for (const mark of source.matchAll(/\/\*(\w+)\*\/(?:new )?/g)) {
    const info = service.getQuickInfoAtPosition(file, mark.index + mark[0].length);
    found[mark[1]] = ts
      .displayPartsToString(info?.displayParts)
      .replace(/\nimport \w+$/, "")
      .replaceAll(/\s+/g, " ");
  }
  return found;
}

test("hovers show names and types of arguments and results, and nothing of the checks", () => {
  assert.deepEqual(
    hovers(`
import { SharedMap, SharedRef, Thread, ThreadPoolExecutor, Timer } from "threadkit";
const greet = (who: string, times: number) => who.length * times;
declare const pool: ThreadPoolExecutor;
const /*future*/future = pool./*submit*/submit(greet, "a", 1);
const results = pool./*map*/map(async (n: number) => n, [1]);
const /*thread*/thread = new Thread({ /*args*/args: ["a", 1], target: greet });
/*Timer*/new Timer(5, greet, ["a", 1]);
/*SharedMap*/new SharedMap([["a", 1]]);
/*SharedRef*/new SharedRef({ a: 1 });
`),
    {
      future: "const future: Future<number>",
      submit:
        "(method) ThreadPoolExecutor<readonly unknown[]>.submit<[string, number], number>(fn: (args_0: string, args_1: number) => number, args_0: string, args_1: number): Future<number>",
      map: "(method) Executor.map<number, Promise<number>>(fn: (item: number) => Promise<number>, items: Iterable<number>, options?: MapOptions | undefined): FutureResults<number> (+1 overload)",
      thread: "const thread: Thread<[string, number]>",
      args: "(property) args: readonly [string, number] | undefined",
      Timer:
        "(alias) new Timer<[string, number]>(interval: number, fn: (args_0: string, args_1: number) => unknown, args: readonly [string, number]): Timer<[string, number]>",
      SharedMap:
        "(alias) new SharedMap<string, number>(entries?: Iterable<readonly [string, number]> | null | undefined): SharedMap<string, number>",
      SharedRef: "(alias) new SharedRef<{ a: number; }>(value: { a: number; }): SharedRef<{ a: number; }>",
    },
  );
});
