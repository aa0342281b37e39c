/** Waiting for a future: looking out for an outcome that comes at once, and the slow path. */
import { FutureTimeoutError } from "../errors/errors.ts";
import { deadlineOf } from "../parking/deadline.ts";
import { GONE } from "../parking/layout.ts";
import { type ParkRequest, parkSync, type Steps } from "../parking/park.ts";
import { HandOver } from "../parking/spin.ts";
import { helper } from "./help.ts";
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

/** Spinning for an outcome that comes from a thread that runs right now: for who blocks, and for who awaits. */
const hot = new HandOver();
const hotAwaits = new HandOver({ onEventLoop: true });

/** Blocks until it is done (true) or the time is up. */
export function waitFor(at: number, timeout: number, what: string, twin: string): boolean {
  if (helper.now(at) || hot.spin(() => isFinal(at))) return true;
  return helper.blocked(at, () => parkSync(doneSteps(at), deadlineOf(timeout), what, twin));
}

/** Is it done in less time than it takes an event loop to be told? */
export function comesAtOnce(at: number): boolean {
  return hotAwaits.spin(() => isFinal(at));
}

export function timeoutError(what: string): FutureTimeoutError {
  return new FutureTimeoutError(
    `cannot ${what}: the future had no outcome when the time was up. Wait longer, or cancel it.`,
  );
}
