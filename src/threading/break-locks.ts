/** Locks whose holder is no more. */
import { eachBlock } from "../memory/allocator.ts";
import { eachRobust, robustOf } from "../parking/robust.ts";

/** Marks as broken what a dead or crashed thread held. */
export function breakLocks(ident: number, objects?: readonly number[]): void {
  if (objects === undefined) {
    const found: number[] = [];
    eachBlock((at, kind) => {
      if (robustOf(kind)?.breakOwned !== undefined) found.push(at);
    });
    objects = found;
  }
  eachRobust(objects, (robust, at) => robust.breakOwned?.(at, ident));
}
