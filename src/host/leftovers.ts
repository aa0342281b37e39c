/** What a thread left behind in its worker, which the next one must not meet. */
import { countGlobals } from "./count-globals.ts";
import type { Host } from "./host.ts";
import { timersRunning, trackTimers } from "./timers.ts";
import { variant } from "./variants.ts";

interface Baseline {
  /** By kind. */
  resources: readonly string[];
  globals: number;
  events: number;
}

let baseline: Baseline | undefined;
const measure = (): Baseline => ({
  resources: variant.listsHandles
    ? process.getActiveResourcesInfo()
    : new Array<string>(timersRunning()).fill("Timeout"),
  globals: countGlobals(),
  events: process.eventNames().reduce((n, event) => n + process.listenerCount(event), 0),
});

/** Is there more of any kind? A handle of a loader (tsx) that was there at first and has gone makes no room for another. */
function isMore(now: readonly string[], before: readonly string[]): boolean {
  const rest = [...before];
  return now.some((kind) => {
    const at = rest.indexOf(kind);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}

/** Timers that were unref'd: the runtime's own list leaves them out. */
const quietTimers = new Set<NodeJS.Timeout & { _destroyed?: boolean }>();

function trackQuietTimers(): void {
  const probe = setTimeout(() => {}, 0);
  const timeout = Object.getPrototypeOf(probe) as NodeJS.Timeout;
  clearTimeout(probe);
  const { unref } = timeout;
  timeout.unref = function (this: NodeJS.Timeout) {
    quietTimers.add(this);
    return unref.call(this);
  };
}

function quietTimersLeft(): boolean {
  for (const timer of quietTimers) if (timer._destroyed) quietTimers.delete(timer);
  return quietTimers.size > 0;
}

/** What user code may have put in the place of our console and streams. */
const outputNow = (): unknown[] => [
  globalThis.console,
  ...Object.values(console),
  process.stdout.write,
  process.stderr.write,
];
let output: unknown[] = [];

export const leftovers: Host["leftovers"] = () => {
  const now = measure();
  if (baseline === undefined) {
    baseline = now;
    output = outputNow();
    if (variant.listsHandles) trackQuietTimers();
    else trackTimers();
  }
  if (isMore(now.resources, baseline.resources)) return `open handles (${now.resources.join(", ")})`;
  baseline.resources = now.resources;
  if (now.globals !== baseline.globals) return "new globals";
  if (now.events !== baseline.events) return "process listeners";
  if (quietTimersLeft()) return "timers without ref";
  if (outputNow().some((value, i) => value !== output[i])) return "a changed console";
  return undefined;
};
