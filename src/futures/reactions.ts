/** Who is told of a future's outcome on this realm's event loop, in the order they asked. */
import type { Signal } from "../parking/deadline.ts";
import { FINISHED } from "./words.ts";

type Handler = ((value: never) => unknown) | null | undefined;

/** One `then`: its handlers, and the promise that it returned. */
interface Reaction {
  readonly onFulfilled: Handler;
  readonly onRejected: Handler;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** Who waits for one of several futures, until its signal says that nobody cares any more. */
export interface Watcher {
  readonly told: () => void;
  readonly signal: Signal;
}

type One = Reaction | (() => void) | Watcher;

/** One, or a list: most futures are awaited once. */
export type Reactions = One | One[] | undefined;

export function added(reactions: Reactions, one: One): Reactions {
  if (reactions === undefined) return one;
  if (!Array.isArray(reactions)) return [reactions, one];
  reactions.push(one);
  return reactions;
}

export function without(reactions: Reactions, one: One): Reactions {
  if (!Array.isArray(reactions)) return reactions === one ? undefined : reactions;
  const others = reactions.filter((each) => each !== one);
  return others.length === 0 ? undefined : others;
}

/** The signal that tells when nobody cares any more, as far as one does: undefined if some are there for good. */
export function signalOf(reactions: Reactions): Signal | undefined {
  const all = Array.isArray(reactions) ? reactions : [reactions];
  let signal: Signal | undefined;
  for (const one of all) {
    if (one === undefined || !("signal" in one)) return undefined;
    signal = one.signal;
  }
  return signal;
}

/** Tells them. Errors of handlers go to the promises of their `then`; callbacks see to their own. */
export function react(reactions: Reactions, state: number, value: unknown): void {
  if (reactions === undefined) return;
  if (Array.isArray(reactions)) for (const one of reactions) reactOne(one, state, value);
  else reactOne(reactions, state, value);
}

function reactOne(one: One, state: number, value: unknown): void {
  if (typeof one === "function") {
    queueMicrotask(one);
    return;
  }
  if ("told" in one) {
    queueMicrotask(one.told);
    return;
  }
  const handler = state === FINISHED ? one.onFulfilled : one.onRejected;
  try {
    if (typeof handler === "function") one.resolve(handler(value as never) as never);
    else if (state === FINISHED) one.resolve(value as never);
    else one.reject(value);
  } catch (error) {
    one.reject(error);
  }
}
