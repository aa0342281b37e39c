/** In the place of test/harness/child.ts: a browser has no processes. */
import { NotHere } from "./test.ts";

const absent = (): never => {
  throw new NotHere("runs a process of its own");
};
export const runScript = absent;
export const runFile = absent;
export const captured = (): string => "";
export const root = "";
