import { readModule } from "../test/runtimes/browser/modules.ts";
import { parse } from "acorn";
const seen = new Set<string>();
function walk(file: string, from: string) {
  if (seen.has(file)) return; seen.add(file);
  let t: any; try { t = readModule(file); } catch (e) { console.log("THROWS", file, (e as Error).message); return; }
  if (t === undefined) { console.log("MISSING", file, "from", from); return; }
  let p: any; try { p = parse(String(t), { ecmaVersion: "latest", sourceType: "module" }); } catch (e) { console.log("SYNTAX", file, (e as Error).message, String(t).slice((e as any).pos - 80, (e as any).pos + 80)); return; }
  for (const n of p.body) if (n.source) { const s = n.source.value; if (!s.startsWith(".") && !s.startsWith("/")) { console.log("BARE", s, "in", file); continue; } const u = new URL(s, "http://x/isolated/" + file).pathname.replace("/isolated/", ""); walk(u, file); }
}
for (const f of process.argv.slice(2)) { walk(f, ""); walk(f + ".slice.js", ""); }
