/** Bun, for tests that run it: THREADKIT_BUN, or what scripts/runtimes.mjs installs. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { root } from "./child.ts";

export interface FoundBun {
  /** The binary; empty: there is none. */
  readonly bun: string;
  /** For `skip` of a test. */
  readonly missing: string | false;
}

export function findBun(): FoundBun {
  const given = process.env.THREADKIT_BUN;
  if (given) return { bun: given, missing: false };
  const script = path.join(root, "scripts", "runtimes.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, "bun"], {
    encoding: "utf8",
    timeout: 120_000,
  });
  if (status === 0) return { bun: stdout.trim(), missing: false };
  return { bun: "", missing: `no Bun: ${stderr.trim().split("\n").pop() ?? ""}` };
}
