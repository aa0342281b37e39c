/** Who is told of a future's outcome on this realm's event loop, in the order they asked. */
import { FINISHED } from "./words.ts";

type Handler = ((value: never) => unknown) | null | undefined;

/** One `then`: its handlers, and the promise that it returned. */
interface Reaction {
  readonly onFulfilled: Handler;
  readonly onRejected: Handler;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** One, or a list: most futures are awaited once. */
export type Reactions = Reaction | (() => void) | (Reaction | (() => void))[] | undefined;

export function added(reactions: Reactions, one: Reaction | (() => void)): Reactions {
  if (reactions === undefined) return one;
  if (!Array.isArray(reactions)) return [reactions, one];
  reactions.push(one);
  return reactions;
}

/** Tells them. Errors of handlers go to their promises; of callbacks, to whom nobody caught them. */
export function react(reactions: Reactions, state: number, value: unknown): void {
  if (reactions === undefined) return;
  if (Array.isArray(reactions)) for (const one of reactions) reactOne(one, state, value);
  else reactOne(reactions, state, value);
}

function reactOne(one: Reaction | (() => void), state: number, value: unknown): void {
  if (typeof one === "function") {
    queueMicrotask(one);
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
