/** V8's own shared-memory mutex and structs, behind `--harmony-struct`. */
export interface V8Mutex {
  readonly __mutex: unique symbol;
}
export const Mutex = (
  Atomics as unknown as { Mutex: { new (): V8Mutex; lock<T>(mutex: V8Mutex, body: () => T): T } }
).Mutex;
export const SharedStruct = (
  globalThis as unknown as { SharedStructType: new (fields: string[]) => new () => Record<string, number> }
).SharedStructType;
