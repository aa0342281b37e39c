/** The structure that ARCHITECTURE.md promises, read off the sources. */
import assert from "node:assert/strict";
import path from "node:path";
import { describe, test } from "node:test";
import { drawPicture, layersNow, pictureNow } from "../scripts/picture.ts";
import { readSources, type Source } from "./harness/sources.ts";

/** From the top down: a file may import from its own layer and from those behind it. */
const LAYERS = [
  "public",
  "plugin",
  "worker",
  "futures",
  "queue",
  "shared",
  "threading",
  "capture",
  "transfer",
  "sync",
  "parking",
  "memory",
  "host",
  "errors",
];

/** Where the package's own import names lead. */
const SEAMS: Record<string, string> = { "#atomics": "memory/atomics.ts", "#host": "host/node.ts" };

/** Who may import upwards, and why. */
const UPWARDS: { from: RegExp; to: string; why: string }[] = [
  {
    from: /^worker\/core\.ts$/,
    to: "public/core.ts",
    why: "the first file of each bundle hands its names out, and has them known in every thread",
  },
  { from: /^worker\/data\.ts$/, to: "public/data.ts", why: "the same" },
  { from: /^worker\/pools\.ts$/, to: "public/pools.ts", why: "the same" },
  { from: /^worker\/browser\.ts$/, to: "public/index.ts", why: "the same, as one bundle" },
  { from: /^worker\/browser\.ts$/, to: "public/lifted.ts", why: "the same" },
];

/** Who may import a `node:` module besides host/, and why. */
const NODE_MODULES: { files: RegExp; modules: string[]; why: string }[] = [
  {
    files: /^capture\//,
    modules: ["inspector", "module", "vm", "url", "path", "fs", "util", "process"],
    why: "capture on Node is made of the inspector, the module loader and vm; other hosts get other sources of captures",
  },
  {
    files: /^(plugin\/|public\/(bun|register)\.ts$)/,
    modules: ["crypto", "fs", "fs/promises", "module", "path", "url"],
    why: "plugins run inside build tools, and the loader hooks inside Node's and Bun's loaders",
  },
  {
    files: /^worker\//,
    modules: ["worker_threads"],
    why: "an entry is the first code of a worker of this very runtime",
  },
];

/** Who may wait and wake besides parking/, and why. */
const WAITERS: Record<string, { names: string[]; why: string }> = {
  "memory/guard.ts": { names: ["wait"], why: "a guard sleeps in timed steps that nobody notifies" },
};

const MAX_LINES = 300;

const sources = readSources();
const files = new Set(sources.map((source) => source.file));

function layerOf(file: string): string {
  return file.split("/")[0];
}

/** The file below src/ that an import leads to; undefined: another package. */
function target(source: Source, specifier: string): string | undefined {
  if (specifier in SEAMS) return SEAMS[specifier];
  if (!specifier.startsWith(".")) return undefined;
  return path.posix.join(path.posix.dirname(source.file), specifier);
}

/** A failure lists all that is wrong at once. */
function none(found: string[]): void {
  const different = [...new Set(found)];
  assert.deepEqual(different, [], `\n${different.join("\n")}\n`);
}

describe("ARCHITECTURE.md", () => {
  test("lists the layers, and its table of imports is that of the sources: npm run picture draws it", () => {
    assert.deepEqual(layersNow(), LAYERS);
    assert.equal(pictureNow(), drawPicture(LAYERS));
  });
});

describe("the sources", () => {
  test("exist, each in a layer of the list", () => {
    assert.ok(sources.length > 0);
    none(sources.map(({ file }) => file).filter((file) => !LAYERS.includes(layerOf(file))));
  });

  test("import files that exist, by their .ts names", () => {
    none(
      sources.flatMap((source) =>
        source.imports
          .map(({ specifier }) => target(source, specifier))
          .filter((to) => to !== undefined && !files.has(to))
          .map((to) => `${source.file} imports ${to}, which is not there`),
      ),
    );
  });

  test("import only from their own layer and from lower ones", () => {
    none(
      sources.flatMap((source) =>
        source.imports
          .map(({ specifier }) => target(source, specifier))
          .filter((to) => to !== undefined)
          .filter((to) => LAYERS.indexOf(layerOf(to)) < LAYERS.indexOf(layerOf(source.file)))
          .filter(
            (to) => !UPWARDS.some((exception) => exception.from.test(source.file) && exception.to === to),
          )
          .map((to) => `${source.file} imports ${to}: ${layerOf(to)} is above ${layerOf(source.file)}`),
      ),
    );
  });

  test("don't import each other in a circle", () => {
    const edges = new Map(
      sources.map((source) => [
        source.file,
        source.imports.map(({ specifier }) => target(source, specifier)).filter((to) => to !== undefined),
      ]),
    );
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, trail: string[]): void => {
      if (trail.includes(file)) {
        circles.push([...trail.slice(trail.indexOf(file)), file].join(" → "));
      } else if (!done.has(file)) {
        for (const next of edges.get(file) ?? []) visit(next, [...trail, file]);
        done.add(file);
      }
    };
    for (const file of files) visit(file, []);
    none(circles);
  });

  test("name Atomics in memory/atomics.ts only", () => {
    none(using((name) => name === "Atomics").filter((file) => file !== "memory/atomics.ts"));
  });

  test("make shared memory in memory/arena.ts only", () => {
    const makers = sources
      .filter(({ globals }) => globals.has("new SharedArrayBuffer"))
      .map(({ file }) => file);
    none(makers.filter((file) => file !== "memory/arena.ts"));
  });

  test("wait and wake in parking/ only", () => {
    none(
      sources.flatMap(({ file, imports }) =>
        layerOf(file) === "parking"
          ? []
          : imports
              .filter(({ specifier }) => target({ file } as Source, specifier) === "memory/atomics.ts")
              .flatMap(({ names }) => names)
              .filter((name) => ["wait", "waitAsync", "notify"].includes(name))
              .filter((name) => !WAITERS[file]?.names.includes(name))
              .map((name) => `${file} imports ${name} from #atomics`),
      ),
    );
  });

  test("name a runtime in host/ only, and in plugin/, which runs inside build tools", () => {
    none(
      using((name) => /^(process|Deno|Bun|Buffer)$/.test(name)).filter(
        (file) => layerOf(file) !== "host" && layerOf(file) !== "plugin",
      ),
    );
  });

  test("import node: modules in host/ only, but for the listed ones", () => {
    none(
      sources.flatMap(({ file, imports }) =>
        imports
          .filter(({ specifier }) => specifier.startsWith("node:") && layerOf(file) !== "host")
          .filter(
            ({ specifier }) =>
              !NODE_MODULES.some((e) => e.files.test(file) && e.modules.includes(specifier.slice(5))),
          )
          .map(({ specifier }) => `${file} imports ${specifier}`),
      ),
    );
  });

  test("of capture/browser/ stand each for the one file of their name", () => {
    const inCapture = sources.map(({ file }) => file).filter((file) => file.startsWith("capture/"));
    const [standIns, others] = [true, false].map((wanted) =>
      inCapture.filter((file) => file.startsWith("capture/browser/") === wanted),
    );
    assert.ok(standIns.length > 0);
    for (const standIn of standIns) {
      const same = others.filter((file) => path.posix.basename(file) === path.posix.basename(standIn));
      assert.equal(same.length, 1, `${standIn} stands for ${same.join(", ") || "no file"}`);
    }
  });

  test(`have at most ${MAX_LINES} lines`, () => {
    none(
      sources.filter(({ lines }) => lines > MAX_LINES).map(({ file, lines }) => `${file}: ${lines} lines`),
    );
  });
});

function using(match: (name: string) => boolean): string[] {
  return sources.filter(({ globals }) => [...globals].some(match)).map(({ file }) => file);
}
