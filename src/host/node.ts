/**
 * The port to Node.js. At each start of a thread a default import would copy a module's whole list of exports, and the
 * first look at a built-in module takes 0.1–0.2 ms: so imports are by name, and what is needed seldom is looked up then.
 */
import { Console } from "node:console";
import { readlinkSync, writeSync } from "node:fs";
import { join } from "node:path";
import { inspect, types } from "node:util";
import {
  MessageChannel,
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  SHARE_ENV,
  type TransferListItem,
  Worker,
  workerData,
} from "node:worker_threads";
import type { Host, HostPort, HostWorker, SpawnOptions } from "./host.ts";
import { variant } from "./variants.ts";

export * from "./leftovers.ts";
export * from "./tasks.ts";

const LONGEST_TIMER = 2_147_483_647;

export const canBlock: Host["canBlock"] = () => true;

let cores = (workerData as { cores?: number } | null)?.cores ?? 0;
export const processors: Host["processors"] = () =>
  (cores ||= process.getBuiltinModule("node:os").availableParallelism());

let holds = 0;
let holder: NodeJS.Timeout | undefined;
export const holdProcess: Host["holdProcess"] = () => {
  if (holds++ > 0) return;
  holder ??= setInterval(() => {}, LONGEST_TIMER);
  holder.ref();
};
export const releaseProcess: Host["releaseProcess"] = () => {
  if (--holds === 0) holder?.unref();
};

const isNode20 = Number(process.versions.node.split(".")[0]) < 22;
const TSX = /(^|[/\\])tsx([/\\]|$)/;

/** Flags with a value that load something. */
const LOADS = /^(--import|--require|-r|--loader|--experimental-loader)$/;
/** What else a worker may be given; flags of V8 and of the process as a whole are refused. */
const FITS_WORKERS =
  /^(-C|--conditions|--enable-source-maps|--no-warnings|--no-deprecation|--trace-warnings|--experimental-.+)$/;

/**
 * With one of the first, a worker would wait for a debugger, which can't come to it while main is blocked; with the
 * last it refuses to load its file, if a loader such as tsx is there.
 */
const ENDS_WORKERS = /^--(inspect-(brk|wait)|input-type)\b/;
const isUnfit = (flag: string) => ENDS_WORKERS.test(flag) || (isNode20 && TSX.test(flag));

/**
 * The flags that a worker gets; undefined: main's. tsx, which Node 20 would load in every worker (200 ms) without
 * any effect there, is left out; `prepareLoader` sets it up when user code is imported.
 */
function workerFlags(): string[] | undefined {
  if (!process.execArgv.some(isUnfit)) return undefined;
  const flags: string[] = [];
  for (let i = 0; i < process.execArgv.length; i++) {
    const [name, inline] = process.execArgv[i].split("=", 2);
    const hasValue = LOADS.test(name) || name === "-C" || name === "--conditions";
    const value = hasValue && inline === undefined ? process.execArgv[++i] : inline;
    if (LOADS.test(name) ? isUnfit(value) : !FITS_WORKERS.test(name)) continue;
    flags.push(name, ...(value === undefined ? [] : [value]));
  }
  return flags;
}

/** The flags that main's loader came from, for `prepareLoader` in workers and in workers of workers. */
function loaderFlags(): string {
  const inherited = (workerData as { loader?: string } | null)?.loader;
  return inherited ?? `${process.execArgv.join(" ")} ${process.env.NODE_OPTIONS ?? ""}`;
}

export const spawn: Host["spawn"] = (entry, options: SpawnOptions): HostWorker => {
  const line = variant.readsParentPort ? undefined : new MessageChannel();
  const worker = new Worker(
    new URL(entry === "worker" ? "./worker.cjs" : "./supervisor.cjs", import.meta.url),
    {
      workerData: { ...options.data, loader: loaderFlags(), cores: processors(), line: line?.port2 },
      transferList: [...(options.transfer ?? []), ...(line ? [line.port2] : [])] as TransferListItem[],
      resourceLimits: options.resourceLimits,
      env: SHARE_ENV,
      execArgv: workerFlags(),
      stdin: false,
      name: options.name,
      ...variant.workerOptions(),
    },
  );
  worker.unref();
  worker.on("error", () => {}); // without a listener the process would die with the thread
  worker.setMaxListeners(0); // each terminate() adds one
  if (line) worker.on("exit", () => line.port1.close());
  const inbox = line && entry === "worker" ? line.port1 : worker;
  return {
    terminate: () => void worker.terminate(),
    post: (message, transfer) => inbox.postMessage(message, transfer as TransferListItem[]),
    onExit: (handler) => void worker.on("exit", handler),
    onError: (handler) => void worker.on("error", handler),
  };
};

export const stopsRunning: Host["stopsRunning"] = () => variant.stopsRunning;

export const channel: Host["channel"] = () => {
  const { port1, port2 } = new MessageChannel();
  return { ours: port1, theirs: port2 };
};

export const openPort: Host["openPort"] = (end): HostPort => {
  const port = end as MessagePort;
  return {
    post: (message, transfer) => port.postMessage(message, transfer as TransferListItem[]),
    onMessage: (handler) => void port.on("message", handler),
    onClose: (handler) => void port.on("close", handler),
    close: () => port.close(),
  };
};

export const startData: Host["startData"] = () => workerData as Record<string, unknown>;

const starter = (workerData as { line?: MessagePort } | null)?.line ?? parentPort;
export const receive: Host["receive"] = () =>
  starter === null ? undefined : receiveMessageOnPort(starter)?.message;

export const receiveOn: Host["receiveOn"] = (end) => receiveMessageOnPort(end as MessagePort)?.message;

export const readsPorts: Host["readsPorts"] = () => true;

export const onStarterMessage: Host["onStarterMessage"] = (handler) =>
  void parentPort?.on("message", handler);

export const nativeThreadId: Host["nativeThreadId"] = () => {
  try {
    return Number(readlinkSync("/proc/thread-self").split("/").pop()) || undefined;
  } catch {
    return undefined;
  }
};

export const writeSome: Host["writeSome"] = (fd, bytes, from) => {
  try {
    return writeSync(fd, bytes, from, bytes.length - from);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EAGAIN") return 0;
    if (code === "EPIPE" || code === "EBADF") return bytes.length - from; // nobody reads any more
    throw error;
  }
};

/** node:tty loads node:net, 1.5 ms at every start of a thread: only when somebody asks for it. */
const loadTty = () => process.getBuiltinModule("node:tty");

export const installConsole: Host["installConsole"] = (write) => {
  type Done = (error?: Error | null) => void;
  const redirect = (stream: NodeJS.WriteStream, fd: 1 | 2) => {
    Object.defineProperties(stream, {
      isTTY: { get: () => loadTty().isatty(fd), configurable: true },
      getColorDepth: {
        value: (env?: object) =>
          stream.isTTY ? loadTty().WriteStream.prototype.getColorDepth.call(stream, env) : 1,
        configurable: true,
      },
    });
    stream.write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Done, done?: Done) => {
      write(
        fd,
        typeof chunk === "string" && typeof encoding === "string" ? Buffer.from(chunk, encoding) : chunk,
      );
      const callback = typeof encoding === "function" ? encoding : done;
      if (callback !== undefined) process.nextTick(callback);
      return true;
    };
    return stream;
  };
  globalThis.console = new Console({
    stdout: redirect(process.stdout, 1),
    stderr: redirect(process.stderr, 2),
  });
};

export const exitThread: Host["exitThread"] = () => process.exit(0);

export const diesSlowly: Host["diesSlowly"] = () => false;

export const onUncaught: Host["onUncaught"] = (handler) => {
  process.on("uncaughtException", handler);
  process.on("unhandledRejection", handler);
};

export const onExit: Host["onExit"] = (handler) => void process.prependListener("exit", handler);

export const turn: Host["turn"] = () => new Promise((resolve) => setImmediate(resolve));

/** What others wait for: servers and connections. Timers and files are the program's own. */
const SERVED = /^(TCP|TLS|UDP|HTTP)/;

export const servedByLoop: Host["servedByLoop"] = () => [
  ...new Set(process.getActiveResourcesInfo().filter((name) => SERVED.test(name))),
];

export const isWarningOff: Host["isWarningOff"] = (code) => {
  const flags = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? "").split(/\s+/)];
  return (
    flags.includes("--no-warnings") ||
    flags.includes(`--disable-warning=${code}`) ||
    flags.includes("--disable-warning=ThreadkitWarning")
  );
};

export const inspectError: Host["inspectError"] = (error) => inspect(error, { depth: 4 });

interface TsxApi {
  register(): void;
}

/** tsx does not hook workers of Node 20; its own API called in the worker does, for `require` and `import` apart. */
export const prepareLoader: Host["prepareLoader"] = (what) => {
  const flags = startData().loader as string;
  if (!isNode20 || !/\btsx\b/.test(flags)) return undefined;
  const { createRequire } = process.getBuiltinModule("node:module");
  const { fileURLToPath, pathToFileURL } = process.getBuiltinModule("node:url");
  const require = createRequire(import.meta.url);
  const loader = /(file:\S*\/tsx\/dist\/)loader\.mjs/.exec(flags)?.[1];
  const folder = loader
    ? fileURLToPath(loader)
    : join(createRequire(join(process.cwd(), "x.js")).resolve("tsx/esm/api"), "../../..");
  if (what === "require") {
    (require(join(folder, "cjs/api/index.cjs")) as TsxApi).register();
    return undefined;
  }
  // Not import() here: workers run this file as a script, which can't.
  const load = require("./import.cjs") as (url: string) => Promise<TsxApi>;
  return load(pathToFileURL(join(folder, "esm/api/index.mjs")).href).then((api) => api.register());
};

export const inspects: Host["inspects"] = () =>
  process.env.THREADKIT_CAPTURE !== "source" && variant.inspects();
export const inspectAdvice: Host["inspectAdvice"] = () => variant.inspectAdvice;
export const compiles: Host["compiles"] = () => variant.compiles;
export const scriptName: Host["scriptName"] = (url) => variant.scriptName(url);
export const readsModules: Host["readsModules"] = () => variant.readsModules();

export const isProxy: Host["isProxy"] = (value) => types.isProxy(value);
export const environment: Host["environment"] = (name) => process.env[name];
export const killProcess: Host["killProcess"] = () => process.kill(process.pid, "SIGKILL");
