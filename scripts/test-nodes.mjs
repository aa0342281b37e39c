// Runs the tests on other Node.js versions.
//   node scripts/test-nodes.mjs               on 22, 24 and 26
//   node scripts/test-nodes.mjs 24            on 24
//   node scripts/test-nodes.mjs 24 -- lock    what follows -- goes to scripts/test.mjs
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { installNode, MAJORS } from "./nodes.mjs";

const args = process.argv.slice(2);
const split = args.indexOf("--");
const wanted = split < 0 ? args : args.slice(0, split);
const passed = split < 0 ? [] : args.slice(split + 1);

const failed = [];
for (const major of wanted.length > 0 ? wanted : MAJORS) {
  let node;
  try {
    node = installNode(major);
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
  console.log(`\n== Node.js ${major} ==`);
  const test = fileURLToPath(new URL("test.mjs", import.meta.url));
  if (spawnSync(node, [test, ...passed], { stdio: "inherit" }).status !== 0) failed.push(major);
}
if (failed.length > 0) {
  console.error(`tests failed on Node.js ${failed.join(", ")}`);
  process.exit(1);
}
