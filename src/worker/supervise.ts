/** supervise.cjs, the part of the library that the supervisor runs, and main where there can be none. */
import { offerFullCodeCache } from "./full-code-cache.ts";
import { runSupervisor } from "./supervisor-entry.ts";

export { reap } from "../threading/reaper.ts";

export function supervise(codeCache: (file: string) => Uint8Array): void {
  runSupervisor(() => offerFullCodeCache(codeCache));
}
