import { pool } from "./pool.ts";
import { rate } from "./rate.ts";

export function compute(): PromiseLike<string> {
  const price = Number("10");
  return pool.submit((): string => {
    const label = "first";
    return `${label} ${rate(price)}`;
  });
}
