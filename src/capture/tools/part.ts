/** tools.cjs, the part of the library that only tools need: see ../tools.ts. */
export { compiledText } from "../../host/compiled-text.ts";
export { joinCoverage, offsetInFile } from "./coverage.ts";
export { jestModules, jestOrigin, jestTest } from "./jest.ts";
export { jestImport, jestImports } from "./jest-imports.ts";
export { requireCompiled, requireIn } from "./run-commonjs.ts";
export { importCompiled, importerIn, viteEnv } from "./run-vite.ts";
export { compiledExport } from "./running.ts";
export { viteExport, viteMap, viteModules, viteOrigin, viteValue } from "./vite.ts";
