/** Where runtimes that have Node's modules differ. */
export interface Variant {
  /** Does `terminate` stop a worker that blocks or computes? */
  readonly stopsRunning: boolean;
  /** Can what a starter posted be read off `parentPort` without a turn of the event loop? */
  readonly readsParentPort: boolean;
  /** Does `node:async_hooks` tell of promises? */
  readonly hooksPromises: boolean;
  /** Does `process.getActiveResourcesInfo` tell of timers and open handles? */
  readonly listsHandles: boolean;
  /** Is there an inspector that answers within the call? */
  inspects(): boolean;
  readonly inspectAdvice: string;
  /** Does it make more of a file than the file with its types blanked? Then compiled-text.ts tells what. */
  readonly compiles: boolean;
  /** What workers are told besides. */
  workerOptions(): object;
  scriptName(url: string): string;
  /** Does `require` give the very module that was imported? */
  readsModules(): boolean;
}
