/**
 * What a thread left behind in its worker, in a browser. Nothing lists open handles there. So the timers of the worker
 * are counted, and of what else outlives a function it is noted that somebody has looked it up: such a worker is not
 * used again, which costs the next thread a start.
 */
import { countGlobals } from "./count-globals.ts";
import type { Host } from "./host.ts";

type Handler = (...args: unknown[]) => unknown;
type Start = (handler: unknown, ms?: number, ...args: unknown[]) => number;
interface Timers {
  setTimeout: Start;
  setInterval: Start;
  clearTimeout(id?: number): void;
  clearInterval(id?: number): void;
}
/** Not of the type of the global: in this project that is Node's. */
const globals = globalThis as unknown as Timers & Record<string, unknown>;

const timers = new Set<number>();
/** The first of `LASTING` that was looked up since the last clean state. */
let touched: string | undefined;
let listeners = 0;
let baseline = 0;

/** Makers of what goes on by itself. */
const LASTING = (
  "WebSocket WebSocketStream WebTransport EventSource XMLHttpRequest Worker BroadcastChannel MessageChannel " +
  "indexedDB fetch caches requestAnimationFrame setImmediate scheduler Notification RTCPeerConnection Animation " +
  "VideoDecoder VideoEncoder AudioDecoder AudioEncoder FileReader"
).split(" ");

/** From here on, in this worker. Before any code of the user's. */
export function watchLeftovers(): void {
  watchTimers();
  for (const name of LASTING) watchName(name);
  const { addEventListener, removeEventListener } = globals as unknown as Record<string, Handler>;
  define("addEventListener", (...args) => {
    listeners++;
    return addEventListener.apply(globalThis, args);
  });
  define("removeEventListener", (...args) => removeEventListener.apply(globalThis, args));
}

function watchTimers(): void {
  const { setTimeout, setInterval, clearTimeout, clearInterval } = globals;
  define("setTimeout", ((handler: unknown, ms?: number, ...args: unknown[]) => {
    // A text would be code: the browser deals with it, and we with its end.
    const run = (...given: unknown[]) => {
      timers.delete(id);
      return (handler as Handler).apply(globalThis, given);
    };
    const id: number = setTimeout.call(
      globalThis,
      typeof handler === "function" ? run : handler,
      ms,
      ...args,
    );
    timers.add(id);
    return id;
  }) as Handler);
  define("setInterval", ((handler: unknown, ms?: number, ...args: unknown[]) => {
    const id = setInterval.call(globalThis, handler, ms, ...args);
    timers.add(id);
    return id;
  }) as Handler);
  // Either clears both.
  for (const [name, clear] of Object.entries({ clearTimeout, clearInterval }))
    define(name, ((id?: number) => {
      timers.delete(id as number);
      clear.call(globalThis, id);
    }) as Handler);
}

function define(name: string, value: Handler): void {
  Object.defineProperty(globalThis, name, { value, writable: true, enumerable: true, configurable: true });
}

/** The global stays what it is, and tells when it is looked up. */
function watchName(name: string): void {
  if (!(name in globalThis)) return;
  let value = globals[name];
  Object.defineProperty(globalThis, name, {
    get() {
      touched ??= name;
      return value;
    },
    set(other: unknown) {
      touched ??= name;
      value = other;
    },
    enumerable: true,
    configurable: true,
  });
}

/** Methods of the console, as they are now. */
const consoleNow = () => Object.values((globals as { console?: object }).console ?? {});
let console: readonly unknown[] = [];

export const leftovers: Host["leftovers"] = () => {
  if (baseline === 0) {
    baseline = countGlobals();
    console = consoleNow();
    touched = undefined;
    listeners = 0;
    return undefined;
  }
  if (timers.size > 0) return "timers";
  if (touched !== undefined) return `what ${touched} may have begun`;
  if (listeners > 0) return "listeners";
  if (countGlobals() !== baseline) return "new globals";
  if (consoleNow().some((method, i) => method !== console[i])) return "another console";
  return undefined;
};
