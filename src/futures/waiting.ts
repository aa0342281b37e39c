/** The slow path of waiting for a future. */
import { GONE } from "../parking/layout.ts";
import type { ParkRequest, Steps } from "../parking/park.ts";
import { AWAITED, CANCELLED, F_QUEUE, flag, isFinal, stateIn } from "./words.ts";

/** True once it is done; false when the time was up. */
export function* doneSteps(at: number): Steps<boolean> {
  const place: ParkRequest = {
    queue: at + F_QUEUE,
    mustWait: () => stateIn(flag(at, AWAITED)) < CANCELLED,
  };
  while (!isFinal(at)) if ((yield place) === GONE) return isFinal(at);
  return true;
}
