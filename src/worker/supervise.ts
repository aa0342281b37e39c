/** supervise.cjs, the part of the library that only the supervisor runs. */
import { offerFullCodeCache } from "./full-code-cache.ts";
import { runSupervisor } from "./supervisor-entry.ts";

export function supervise(codeCache: (file: string) => Uint8Array): void {
  runSupervisor(() => offerFullCodeCache(codeCache));
}
