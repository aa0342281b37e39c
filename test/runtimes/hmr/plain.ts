import { pool } from "./pool.ts";

export function computePlain(): PromiseLike<string> {
  const name = ["thread", "s"].join("");
  return pool.submit(() => `old ${name}`);
}
