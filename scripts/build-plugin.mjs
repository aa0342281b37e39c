// The build plugins: one CommonJS file with all of them and what they are made of, and a face for each tool. What they
// are made of is built in, so that the package depends on nothing.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

export const FACES = ["bun", "esbuild", "rolldown", "rollup", "rspack", "vite", "webpack"];

const PARTS = [
  "magic-string",
  "@jridgewell/remapping",
  "@jridgewell/gen-mapping",
  "@jridgewell/trace-mapping",
  "@jridgewell/sourcemap-codec",
  "@jridgewell/resolve-uri",
];

const CALLABLE = "module.exports=Object.assign(module.exports.default,{default:module.exports.default});";

/** The tools themselves belong to the user. */
const TOOLS = ["vite", "rollup", "rolldown", "webpack", "@rspack/core", "esbuild"];

export async function buildPlugins(settings) {
  mkdirSync("dist/plugin", { recursive: true });
  const licenses = PARTS.map((part) => `${part}\n${readFileSync(`node_modules/${part}/LICENSE`, "utf8")}`);
  await build({
    ...settings,
    entryPoints: ["src/public/plugins.ts"],
    outfile: "dist/plugin/all.cjs",
    external: TOOLS.flatMap((tool) => [tool, `${tool}/*`]),
    metafile: false,
    banner: { js: `/* ${licenses.join("\n").replaceAll("*/", "* /")} */${settings.banner.js}` },
    plugins: [
      {
        name: "parser",
        setup(bundler) {
          bundler.onResolve({ filter: /^acorn$/ }, () => ({ path: "../acorn.cjs", external: true }));
        },
      },
    ],
  });
  await build({
    ...settings,
    ...{ banner: {}, define: {}, format: "esm", sourcemap: false, metafile: false },
    entryPoints: ["src/public/register.ts"],
    outfile: "dist/register.js",
  });
  // A face with something in it: a program's workers load it, and not the rest.
  await build({
    ...settings,
    ...{ sourcemap: false, metafile: false, footer: { js: CALLABLE } },
    entryPoints: ["src/public/bun.ts"],
    outfile: "dist/plugin/bun.cjs",
  });
  writeFileSync("dist/plugin/bun.js", 'import face from "./bun.cjs";\nexport default face;\n');
  writeFileSync("dist/plugin/loader.cjs", 'module.exports = require("./all.cjs").webpackLoader;\n');
  for (const face of FACES) {
    if (face === "bun") continue;
    writeFileSync(`dist/plugin/${face}.js`, `import all from "./all.cjs";\nexport default all.${face};\n`);
    writeFileSync(
      `dist/plugin/${face}.cjs`,
      `"use strict";\nconst { ${face} } = require("./all.cjs");\nmodule.exports = Object.assign(${face}, { default: ${face} });\n`,
    );
  }
}

/** The declarations for `require`. */
export function declarePlugins() {
  for (const face of FACES)
    writeFileSync(
      `dist/types/plugin/${face}.d.cts`,
      `import face = require("../public/${face}.js");\n` +
        "declare const threadkit: typeof face.default & { default: typeof face.default };\nexport = threadkit;\n",
    );
}
