/** What the host for browsers sees of one: the library is compiled without the types of the DOM. */

/** The global object, of a page or of a worker. */
export interface Scope {
  readonly navigator: {
    readonly hardwareConcurrency?: number;
    readonly locks?: { request(name: string, body: () => Promise<void> | void): Promise<unknown> };
  };
  readonly crypto: { randomUUID(): string };
  readonly MessageChannel: new () => { port1: PagesPort; port2: PagesPort };
  readonly location: { readonly href: string };
  postMessage(message: unknown, transfer?: readonly unknown[]): void;
  addEventListener(type: string, handler: (event: ScopeEvent) => void): void;
  close(): void;
}
export interface ScopeEvent {
  readonly data?: unknown;
  readonly error?: unknown;
  readonly reason?: unknown;
  readonly message?: string;
  preventDefault(): void;
}
export interface PagesWorker {
  postMessage(message: unknown, transfer?: readonly unknown[]): void;
  addEventListener(type: string, handler: (event: ScopeEvent) => void): void;
  terminate(): void;
}
export interface PagesPort {
  postMessage(message: unknown, transfer?: readonly unknown[]): void;
  onmessage: ((event: { data: unknown }) => void) | null;
  close(): void;
}

export const scope = globalThis as unknown as Scope;
/** Now: threads are watched for looking it up. */
export const Channel = scope.MessageChannel;
export const { close } = scope;
