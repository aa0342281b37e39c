// Rewrites dist/*.cjs so that every plain access to shared memory beyond the view throws: JavaScript lets it pass, reads
// undefined, writes nothing. For tests, together with THREADKIT_SHORT_VIEWS, which keeps views as short as they may be.
//   node scripts/checked-views.mjs     after scripts/build.mjs; build again to be rid of it
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "acorn";
import MagicString from "magic-string";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
/** esbuild numbers names that meet others. */
const VIEW = /^(words|wide|octets)\d*$/;
const CHECK =
  'const threadkitChecked=(view,at)=>{if(at>=0&&at<view.length)return at;throw new RangeError("access to word "+String(at)+" beyond a view of "+view.length)};';

function walk(node, visit) {
  if (typeof node?.type === "string") visit(node);
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value])
      if (child !== null && typeof child === "object") walk(child, visit);
}

let count = 0;
for (const name of readdirSync(dist).filter((name) => name.endsWith(".cjs") && name !== "acorn.cjs")) {
  const file = path.join(dist, name);
  const code = readFileSync(file, "utf8");
  const text = new MagicString(code);
  const before = count;
  walk(
    parse(code, { ecmaVersion: "latest", sourceType: "script", allowReturnOutsideFunction: true }),
    (node) => {
      if (node.type !== "MemberExpression" || !node.computed) return;
      if (node.object.type !== "Identifier" || !VIEW.test(node.object.name)) return;
      text.appendLeft(node.property.start, `threadkitChecked(${node.object.name},`);
      text.appendRight(node.property.end, ")");
      count++;
    },
  );
  if (count > before) writeFileSync(file, CHECK + text.toString());
}
console.log(`${count} accesses are checked`);
if (count === 0) process.exit(1);
