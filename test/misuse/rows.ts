/** Wrong calls, one a row: class, code and every word of the sentence. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { TIMEOUT_MAX } from "threadkit";
import { refuses, refusesAsync } from "../harness/refuses.ts";

export type Row = [
  call: string,
  run: () => unknown,
  type: abstract new (...args: never[]) => Error,
  code: string,
  message: string,
];

export const wrong = <T>(value: T): never => value as never;

export function table(name: string, rows: readonly Row[]): void {
  describe(name, () => {
    for (const [call, run, type, code, message] of rows) {
      const awaits = /Async\(/.test(call);
      test(`${call} ${awaits ? "rejects" : "throws"} with ${type.name} ${code}`, async () => {
        assert.match(message, /^cannot [^:]+: .+[^.]\. [A-Z`].*\.$/, "a sentence of our form");
        // An `Async` form never throws: it rejects.
        if (!awaits) return refuses(run, type, code, message);
        const pending = run();
        assert.ok(pending instanceof Promise);
        await refusesAsync(() => pending, type, code, message);
      });
    }
  });
}

const DESCRIBED: [value: unknown, found: string][] = [
  [null, "null"],
  ["10", '"10"'],
  [10n, "10n"],
  [{}, "an object"],
  [true, "true"],
];
const OUT_OF_RANGE = [-1, -0.5, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** 31];

/** What every wait refuses, by blocking and by awaiting. */
export function waitRows(
  name: string,
  awaitName: string,
  verb: string,
  block: (options: never) => unknown,
  wait: (options: never) => Promise<unknown>,
): Row[] {
  const rows: Row[] = [];
  for (const [call, run] of [
    [name, block],
    [awaitName, wait],
  ] as const) {
    for (const [value, found] of DESCRIBED) {
      if (typeof value === "object" && value !== null) continue;
      rows.push([
        `${call}(${found})`,
        () => run(wrong(value)),
        TypeError,
        "INVALID_OPTIONS",
        `cannot ${verb}: the options are ${found}. Give an object such as { timeout: 1000 }.`,
      ]);
    }
    for (const [value, found] of DESCRIBED) {
      rows.push([
        `${call}({ timeout: ${found} })`,
        () => run(wrong({ timeout: value })),
        TypeError,
        "INVALID_TIMEOUT",
        `cannot ${verb}: timeout is ${found}. Give a number of milliseconds, or leave it out to wait for ever.`,
      ]);
    }
    for (const timeout of OUT_OF_RANGE) {
      rows.push([
        `${call}({ timeout: ${timeout} })`,
        () => run(wrong({ timeout })),
        RangeError,
        "INVALID_TIMEOUT",
        `cannot ${verb}: timeout is ${timeout}. Give milliseconds from 0 to ${TIMEOUT_MAX} (TIMEOUT_MAX), or leave it out to wait for ever.`,
      ]);
    }
  }
  for (const [value, found] of DESCRIBED) {
    rows.push([
      `${awaitName}({ signal: ${found} })`,
      () => wait(wrong({ signal: value })),
      TypeError,
      "INVALID_SIGNAL",
      `cannot ${verb}: signal is ${found}. Give an AbortSignal.`,
    ]);
  }
  return rows;
}

/** What every whole number from `low` to `high` refuses. */
export function countRows(
  call: string,
  verb: string,
  what: string,
  low: number,
  high: number,
  run: (value: never) => unknown,
): Row[] {
  const wish = `Give a whole number from ${low} to ${high}.`;
  return [
    ...DESCRIBED.map(
      ([value, found]): Row => [
        `${call}(${found})`,
        () => run(wrong(value)),
        TypeError,
        "INVALID_VALUE",
        `cannot ${verb}: ${what} is ${found}. ${wish}`,
      ],
    ),
    ...[low - 1, -7, 1.5, Number.NaN, Number.POSITIVE_INFINITY, high + 1].map(
      (value): Row => [
        `${call}(${value})`,
        () => run(wrong(value)),
        RangeError,
        "INVALID_VALUE",
        `cannot ${verb}: ${what} is ${value}. ${wish}`,
      ],
    ),
  ];
}
