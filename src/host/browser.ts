/**
 * The port to browsers: of a page, of the supervisor and of threads, each a dedicated worker. A page never blocks, so
 * that whoever needs its event loop is served soon. How workers are started is said by the files that bundlers look at.
 */
import { Channel, close, type PagesPort, type PagesWorker, scope } from "./browser-scope.ts";
import type { Host, HostPort, HostWorker, SpawnOptions } from "./host.ts";

export { leftovers, watchLeftovers } from "./browser-leftovers.ts";
export { turn } from "./browser-turn.ts";
export { inspectError } from "./inspect-error.ts";
export * from "./no-tasks.ts";

declare const Worker: new (url: string, options: { type: "module"; name: string | undefined }) => unknown;

/** All workers begin with the same file. The supervisor knows it by its own address. */
let make = (name: string | undefined): unknown => new Worker(scope.location.href, { type: "module", name });
/** How a page makes workers. */
export function setSpawner(spawner: typeof make): void {
  if (!isThread) make = spawner;
}

/** What a worker and its starter tell each other besides the library's messages. */
interface Start {
  readonly threadkitStart: Record<string, unknown>;
}
/** The worker runs no more code, or can't: its starter is to end it. */
const OVER = "threadkit:over";
/** On a port: its owner holds the Web Lock of this name for as long as it lives. */
interface Alive {
  readonly threadkitAlive: string;
}

let isThread = false;
/** Workers of the library may block; a page may not, and neither may a worker of somebody else's, which may be needed to start ours. */
export const canBlock: Host["canBlock"] = () => isThread;

export const processors: Host["processors"] = () => scope.navigator?.hardwareConcurrency || 1;

// A page ends when it is left, whatever its threads do.
export const holdProcess: Host["holdProcess"] = () => {};
export const releaseProcess: Host["releaseProcess"] = () => {};

export const spawn: Host["spawn"] = (entry, options: SpawnOptions): HostWorker => {
  const worker = make(options.name) as PagesWorker;
  const ended: (() => void)[] = [];
  const unborn: (() => void)[] = [];
  const end = () => {
    worker.terminate();
    for (const handler of ended.splice(0)) handler();
  };
  worker.addEventListener("message", ({ data }) => {
    if (data === OVER) end();
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    // One with a message comes from code that ran; without one, the script was not loaded.
    console.error(
      event.message
        ? `threadkit: an error in a worker: ${event.message}`
        : `threadkit: the browser could not load the script of a worker (threadkit's worker.js). Is it served beside the program, and does the Content-Security-Policy allow it (worker-src 'self')? See docs/browsers.md.`,
    );
    if (!event.message) for (const handler of unborn.splice(0)) handler();
  });
  const start: Start = {
    threadkitStart: { ...options.data, entry, environment: environmentOf() },
  };
  worker.postMessage(start, options.transfer);
  return {
    terminate: end,
    post: (message, transfer) => worker.postMessage(message, transfer),
    onExit: (handler) => void ended.push(handler),
    onError: () => {}, // threads tell of their errors themselves
    onUnborn: (handler) => void unborn.push(handler),
  };
};

export const channel: Host["channel"] = () => {
  const { port1, port2 } = new Channel();
  return { ours: port1, theirs: port2 };
};

/**
 * A port's `close` event is not there in Chromium (150). So its owner tells the name of a Web Lock that it holds, which
 * comes free when it dies, of whatever; or, when it ends by itself, that it runs no more code.
 */
export const openPort: Host["openPort"] = (end): HostPort => {
  const port = end as PagesPort;
  let handle: (message: unknown) => void = () => {};
  let closed: () => void = () => {};
  const over = () => {
    port.onmessage = null;
    port.close();
    closed();
    closed = () => {};
  };
  return {
    post: (message, transfer) => port.postMessage(message, transfer),
    onMessage(handler) {
      handle = handler;
      listen();
    },
    onClose(handler) {
      closed = handler;
      listen();
    },
    close: over,
  };

  function listen(): void {
    port.onmessage ??= ({ data }) => {
      const name = (data as Partial<Alive> | null)?.threadkitAlive;
      if (data === OVER) over();
      else if (name !== undefined) void scope.navigator.locks?.request(name, over);
      else handle(data);
    };
  }
};

let line: PagesPort | undefined;
/** Wherever nothing is served any more: sleeps for ever. */
let sleep: () => never = () => {
  throw new Error("internal: a page does not end");
};

/** In a worker of the library: calls one of `entries` when the starter's message is there and its death can be noticed. */
export function beginWorker(
  entries: Readonly<Record<"worker" | "supervisor", () => void>>,
  sleepForEver: () => never,
): void {
  isThread = true;
  sleep = sleepForEver;
  const held = holdLock();
  scope.addEventListener("message", ({ data }) => {
    if (started === undefined) void begin((data as Start).threadkitStart);
    else deliver(data);
  });

  async function begin(data: Record<string, unknown>): Promise<void> {
    started = data;
    const name = await held;
    line = data.port as PagesPort | undefined;
    if (name !== undefined) line?.postMessage({ threadkitAlive: name } satisfies Alive);
    entries[data.entry as keyof typeof entries]();
  }
}

/** A lock that this realm holds for as long as it lives. Its name; undefined: there are no locks for this origin. */
function holdLock(): Promise<string | undefined> {
  const name = `threadkit-${scope.crypto.randomUUID()}`;
  return new Promise((resolve) => {
    const holding = scope.navigator.locks?.request(name, () => {
      resolve(name);
      return new Promise(() => {});
    });
    if (holding === undefined) resolve(undefined);
    else holding.catch(() => resolve(undefined));
  });
}

let started: Record<string, unknown> | undefined;
export const startData: Host["startData"] = () => started ?? {};

const received: unknown[] = [];
let wanted: ((message: unknown) => void) | undefined;
let onStarter: ((message: unknown) => void) | undefined;

function deliver(message: unknown): void {
  if (onStarter !== undefined) onStarter(message);
  else if (wanted !== undefined) {
    wanted(message);
    wanted = undefined;
  } else received.push(message);
}

/** No port can be read before the event loop has turned: it comes soon. */
export const receive: Host["receive"] = () =>
  received.length > 0 ? received.shift() : new Promise((resolve) => (wanted = resolve));

export const receiveOn: Host["receiveOn"] = () => undefined;
export const readsPorts: Host["readsPorts"] = () => false;

export const onStarterMessage: Host["onStarterMessage"] = (handler) => {
  onStarter = handler;
  for (const message of received.splice(0)) handler(message);
};

export const nativeThreadId: Host["nativeThreadId"] = () => undefined;

const decoder = new TextDecoder();
/** A whole text at a time: what the library has to say. */
export const writeSome: Host["writeSome"] = (fd, bytes, from) => {
  const text = decoder.decode(bytes.slice(from)).replace(/\n$/, "");
  if (fd === 2) console.error(text);
  else console.log(text);
  return bytes.length - from;
};

/** A worker's own console is heard at once, whatever event loops do. */
export const installConsole: Host["installConsole"] = () => {};

/** Who waits for the thread goes on at once; the browser takes up to two seconds to end a worker that sleeps. */
export const exitThread: Host["exitThread"] = () => {
  line?.postMessage(OVER);
  scope.postMessage(OVER);
  close.call(scope);
  return sleep();
};

export const diesSlowly: Host["diesSlowly"] = () => true;

export const onUncaught: Host["onUncaught"] = (handler) => {
  scope.addEventListener("error", (event) => {
    event.preventDefault();
    handler(event.error ?? new Error(event.message));
  });
  scope.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    handler(event.reason);
  });
};

/** A page that is left tells nobody. */
export const onExit: Host["onExit"] = (handler) => {
  if (!isThread) return;
  scope.close = () => {
    handler(0, "close()");
    line?.postMessage(OVER);
    scope.postMessage(OVER);
    close.call(scope);
  };
};

/** A page never blocks, and threads serve nobody. */
export const servedByLoop: Host["servedByLoop"] = () => [];
export const isWarningOff: Host["isWarningOff"] = () => false;

export const prepareLoader: Host["prepareLoader"] = () => undefined;

/** Browsers don't tell: a proxy crosses as what it seems to be. */
export const isProxy: Host["isProxy"] = () => false;

export const stopsRunning: Host["stopsRunning"] = () => true;

// Functions come lifted: nothing is read off sources, and no text is compiled.
export const inspects: Host["inspects"] = () => true;
export const inspectAdvice: Host["inspectAdvice"] = () => "";
export const compiles: Host["compiles"] = () => false;
export const scriptName: Host["scriptName"] = (url) => url;
export const readsModules: Host["readsModules"] = () => false;

/** Globals of the page with such names stand for environment variables. */
const VARIABLES = ["THREADKIT_DUMP_AFTER"];

function environmentOf(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of VARIABLES) {
    const value = environment(name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

export const environment: Host["environment"] = (name) => {
  const here = (globalThis as Record<string, unknown>)[name];
  const inherited = (started?.environment as Record<string, string> | undefined)?.[name];
  return here === undefined ? inherited : String(here);
};

// There is no process; the state has been told.
export const killProcess: Host["killProcess"] = () => {};
