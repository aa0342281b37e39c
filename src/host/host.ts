/** The port: all that the library asks of a runtime. `#host` resolves to the implementation for the one at hand. */

/** A worker that this realm started. */
export interface HostWorker {
  /** Kills it. Works while the caller blocks right after. */
  terminate(): void;
  post(message: unknown, transfer?: readonly unknown[]): void;
  /** Both handlers run on the caller's event loop. */
  onExit(handler: () => void): void;
  onError(handler: (error: unknown) => void): void;
  /** Its script could not be loaded, so that it will never run. On hosts where that can happen. */
  onUnborn?(handler: () => void): void;
}

export interface HostPort {
  post(message: unknown, transfer?: readonly unknown[]): void;
  onMessage(handler: (message: unknown) => void): void;
  /** The other side is gone, whatever ended it. */
  onClose(handler: () => void): void;
  close(): void;
}

/** Limits of a worker's engine, as in `node:worker_threads`. All in MiB. */
export interface ResourceLimits {
  /** Objects that were made a moment ago. */
  maxYoungGenerationSizeMb?: number;
  /** All other objects: the heap. A thread that needs more ends with an error. */
  maxOldGenerationSizeMb?: number;
  /** Memory for compiled code. */
  codeRangeSizeMb?: number;
  /** The stack. Default: 4. */
  stackSizeMb?: number;
}

export interface SpawnOptions {
  data: Record<string, unknown>;
  transfer?: readonly unknown[];
  name?: string;
  resourceLimits?: ResourceLimits;
}

/** An async task: code that runs on from one promise, and all that is begun in it. */
export interface HostTask {
  readonly id: number;
}

export interface Host {
  /** Does `terminate` stop a worker that blocks or computes? Else it ends only in its event loop. */
  stopsRunning(): boolean;
  /** May this thread block? A browser page's main thread may not. */
  canBlock(): boolean;
  processors(): number;
  /** Keeps the process while at least one hold is open. Counted. */
  holdProcess(): void;
  releaseProcess(): void;
  spawn(entry: "worker" | "supervisor", options: SpawnOptions): HostWorker;
  /** Two ends; `end` may be put into `data` and `transfer` of a spawn or a post. */
  channel(): { ours: unknown; theirs: unknown };
  openPort(end: unknown): HostPort;
  /** In a worker: what its starter gave it. */
  startData(): Record<string, unknown>;
  /** In a worker: a message of its starter that has arrived, read without an event loop turn; else a promise of it. */
  receive(): unknown;
  /** Can ports be read without an event loop turn? */
  readsPorts(): boolean;
  /** A message that has arrived at one end of a channel, read without an event loop turn; undefined: none. */
  receiveOn(end: unknown): unknown;
  /** In a worker: handles messages of its starter as they come. */
  onStarterMessage(handler: (message: unknown) => void): void;
  /** The OS's id of the calling thread, where it can be told. */
  nativeThreadId(): number | undefined;
  /** Writes what the file descriptor takes now, from offset `from` on. @returns bytes written, 0: it is full */
  writeSome(fd: 1 | 2, bytes: Uint8Array, from: number): number;
  /** Makes `console` and the standard streams of this worker write through `write`. */
  installConsole(write: (fd: 1 | 2, chunk: string | Uint8Array) => void): void;
  /** Ends the calling worker at once. */
  exitThread(): never;
  /** Does a worker that is terminated run on for a while, so that it should be asked to end, too? */
  diesSlowly(): boolean;
  /** Errors that nobody caught in this worker. */
  onUncaught(handler: (error: unknown) => void): void;
  /** The process, or this worker, ends; `call`: what ended it, if that was not `process.exit`. */
  onExit(handler: (code: number, call?: string) => void): void;
  /** What a thread left behind in its worker (timers, sockets, globals, listeners); undefined: clean. */
  leftovers(): string | undefined;
  /** One turn of the event loop. */
  turn(): Promise<void>;
  /** Things that only the event loop can serve, such as "TCPServerWrap": for a warning when it is blocked. */
  servedByLoop(): readonly string[];
  /** Did the user switch warnings of this code off? */
  isWarningOff(code: string): boolean;
  /** An error as a person wants to read it: stack, fields, causes. */
  inspectError(error: unknown): string;
  /** Prepares the worker's module loader for what main's loader understands (tsx on Node 20). */
  prepareLoader(what: "import" | "require"): Promise<void> | undefined;
  /** Is it a Proxy? It can't be told from its target in the language. */
  isProxy(value: object): boolean;
  /** Does this runtime's inspector answer synchronously? Else captures are read off the source. */
  inspects(): boolean;
  /** What to say to those who miss the inspector, after "or"; "": nothing can be done. */
  inspectAdvice(): string;
  /** Does the runtime make more of a file than the file with its types blanked? Then compiled-text.ts tells what. */
  compiles(): boolean;
  /** Under which name a script that stands in a file is compiled, so that `import()` in it resolves as there. */
  scriptName(url: string): string;
  /** Does `require` give the very module that was imported, without running it again? */
  readsModules(): boolean;
  /** An environment variable, for diagnostics. */
  environment(name: string): string | undefined;
  /** Ends the whole process at once, for the watchdog of tests. */
  killProcess(): void;
  /** Can async tasks be told apart here? */
  followsTasks(): boolean;
  /** Begins a task within the one that runs now, if any. @returns its id, above zero */
  beginTask(): number;
  /** A promise whose continuations, and all that is begun in them, belong to the task. */
  taskPromise<T>(
    task: number,
    executor: (resolve: (value: T) => void, reject: (reason: unknown) => void) => void,
  ): Promise<T>;
  /** The task is over; its code runs on in the one around it. */
  endTask(task: number): void;
  /** Does the code that runs now belong to this task, or to one begun in it? */
  inTask(task: number): boolean;
  /** May the code that runs now have begun this task? It belongs to one around it, or to none. */
  aroundTask(task: number): boolean;
  /** Tasks that are not over. */
  liveTasks(): number;
}
