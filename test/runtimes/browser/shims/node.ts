/** In the place of Node's globals and modules in a browser. */
import { NotHere } from "./test.ts";

export const process = { env: {} as Record<string, string | undefined>, version: "", versions: {}, argv: [] };

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
(channel.port2 as unknown as { onmessage(): void }).onmessage = () => waiting.shift()?.();

export function setImmediate(body: () => void): void {
  waiting.push(body);
  channel.port1.postMessage(0);
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
