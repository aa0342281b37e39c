/** The lists of threads and realms, linked anew from their blocks: somebody was killed while he changed them. */
import { add } from "#atomics";
import { eachBlock } from "../memory/allocator.ts";
import { words } from "../memory/arena.ts";
import { H_REALMS, H_RELINKS, H_THREADS, isThread, Kind } from "../memory/layout.ts";
import { R_BOOTED, R_NEXT, REAPED, T_FLAGS, T_NEXT } from "../parking/layout.ts";
import { LISTED } from "./states.ts";

/**
 * The caller stands in for a dead holder of the guard. Who waits for the guard to enter a thread or a realm finds it in
 * the list then, and must not enter it twice: the list would be a circle.
 */
export function relinkRegistry(): void {
  words[H_THREADS] = words[H_REALMS] = 0;
  eachBlock((at, kind) => {
    if (kind === Kind.Realm && (words[at + R_BOOTED] & REAPED) === 0) {
      words[at + R_NEXT] = words[H_REALMS];
      words[H_REALMS] = at;
    } else if (isThread(kind) && (words[at + T_FLAGS] & LISTED) !== 0) {
      words[at + T_NEXT] = words[H_THREADS];
      words[H_THREADS] = at;
    }
  });
  add(words, H_RELINKS, 1);
}
