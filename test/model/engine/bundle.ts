/** From sources to a realm's text: a file of models with all that it imports, mutated if asked, then transformed. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { transform } from "./transform.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** A seeded bug: `find` stands exactly once in the file and is replaced. */
export interface Mutant {
  /** What is wrong with it, in words. */
  readonly bug: string;
  /** Below src/. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** What takes the place of modules that models have no use for. */
const STAND_INS: Record<string, string> = {
  "#host": "test/model/host.ts",
  "message.ts": "test/model/message.ts",
  "held-code.ts": "test/model/message.ts",
};

function plugin(mutants: readonly Mutant[]): Plugin {
  return {
    name: "model",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^#atomics$|\/ops\.ts$/ }, ({ path: name }) => ({ path: name, external: true }));
      onResolve({ filter: /^#host$|^\.(\.\/threading)?\/(message|held-code)\.ts$/ }, ({ path: name }) => ({
        path: path.join(root, STAND_INS[path.basename(name)]),
      }));
      onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
        let contents = await readFile(file, "utf8");
        for (const mutant of mutants) {
          if (path.join(root, "src", mutant.file) !== file) continue;
          const parts = contents.split(mutant.find);
          if (parts.length !== 2)
            throw new Error(
              `cannot seed "${mutant.bug}": its text stands ${parts.length - 1} times in ${mutant.file}. Bring the mutant up to date.`,
            );
          contents = parts.join(mutant.replace);
          used.add(mutant);
        }
        return { contents, loader: "ts" };
      });
    },
  };
}

const used = new Set<Mutant>();

/** The text of a function `($) => exports` for test/model/models/`name`.ts. */
export async function bundle(name: string, mutants: readonly Mutant[] = []): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export * from "./kit.ts";\nexport * from "./models/${name}.ts";\n`,
      resolveDir: path.join(root, "test/model"),
      loader: "ts",
    },
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "node",
    plugins: [plugin(mutants)],
    logLevel: "silent",
  });
  for (const mutant of mutants)
    if (!used.has(mutant))
      throw new Error(`cannot seed "${mutant.bug}": ${name} does not load ${mutant.file}`);
  return transform(outputFiles[0].text);
}
