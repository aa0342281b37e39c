/** In the place of Node's globals and modules in a browser. */
import { NotHere } from "./test.ts";

export const process = {
  env: {} as Record<string, string | undefined>,
  version: "",
  versions: {},
  argv: [],
  on: absent("process.on"),
  exit: absent("process.exit"),
  memoryUsage: absent("process.memoryUsage"),
};

const waiting: (() => void)[] = [];
let port: { postMessage(message: number): void } | undefined;

/** Its channel is made at the first call only: a worker where MessageChannel was looked up runs no second thread. */
export function setImmediate(body: () => void): void {
  if (port === undefined) {
    const { port1, port2 } = new MessageChannel();
    (port2 as unknown as { onmessage(): void }).onmessage = () => waiting.shift()?.();
    port = port1;
  }
  waiting.push(body);
  port.postMessage(0);
}

/** What a module exports: a test that uses it does not apply. */
export function absent(name: string): object {
  return new Proxy(() => {}, {
    get: (_target, key) => (key === Symbol.toPrimitive ? () => name : absent(`${name}.${String(key)}`)),
    apply() {
      throw new NotHere(`needs ${name}`);
    },
    construct() {
      throw new NotHere(`needs ${name}`);
    },
  });
}
