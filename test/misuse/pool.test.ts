/** Wrong calls of pools: options, submit, map, shutdown. None may have had an effect. */
import assert from "node:assert/strict";
import { after } from "node:test";
import "../harness/watchdog.ts";
import { CaptureError, RuntimeError, ThreadPoolExecutor, TIMEOUT_MAX } from "threadkit";
import { type Row, table, wrong } from "./rows.ts";

const pool = new ThreadPoolExecutor({ maxWorkers: 1, idleTimeout: 50 });
const closed = new ThreadPoolExecutor(1);
closed.shutdown();
const MAKE = "make a thread pool";
const f = (n: number) => n;

const limitRows: Row[] = [
  [
    "an unknown resource limit",
    () => new ThreadPoolExecutor({ resourceLimits: wrong({ heap: 64 }) }),
    TypeError,
    "INVALID_OPTIONS",
    `cannot ${MAKE}: resourceLimits.heap is not known. Use maxYoungGenerationSizeMb, maxOldGenerationSizeMb, codeRangeSizeMb, stackSizeMb.`,
  ],
  [
    "a heap in which no worker can boot",
    () => new ThreadPoolExecutor({ resourceLimits: { maxOldGenerationSizeMb: 3 } }),
    RangeError,
    "INVALID_OPTIONS",
    `cannot ${MAKE}: resourceLimits.maxOldGenerationSizeMb is 3, and no worker can boot with that. Give at least 4 MiB.`,
  ],
];

/** Whole numbers from 1 on. */
function wholeRows(name: string, most: number): Row[] {
  const wish = `Give a whole number from 1 to ${most}.`;
  return [
    ...(
      [
        [null, "null"],
        ["4", '"4"'],
        [4n, "4n"],
        [{}, "an object"],
      ] as const
    ).map(
      ([value, found]): Row => [
        `new ThreadPoolExecutor({ ${name}: ${found} })`,
        () => new ThreadPoolExecutor(wrong({ [name]: value })),
        TypeError,
        "INVALID_OPTIONS",
        `cannot ${MAKE}: ${name} is ${found}. ${wish}`,
      ],
    ),
    ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, most + 1].map(
      (value): Row => [
        `new ThreadPoolExecutor({ ${name}: ${value} })`,
        () => new ThreadPoolExecutor({ [name]: value }),
        RangeError,
        "INVALID_OPTIONS",
        `cannot ${MAKE}: ${name} is ${value}. ${wish}`,
      ],
    ),
  ];
}

const optionRows: Row[] = (
  [
    ["initializer", 5, "5", "a function"],
    ["initializer", "f", '"f"', "a function"],
    ["initargs", 5, "5", "an array with the arguments of initializer"],
    ["initargs", {}, "an object", "an array with the arguments of initializer"],
    ["threadNamePrefix", 5, "5", "a string"],
    ["idleTimeout", "1", '"1"', "milliseconds, or Infinity"],
    ["idleTimeout", null, "null", "milliseconds, or Infinity"],
  ] as const
).map(([name, value, found, wish]) => [
  `new ThreadPoolExecutor({ ${name}: ${found} })`,
  () => new ThreadPoolExecutor(wrong({ [name]: value })),
  TypeError,
  "INVALID_OPTIONS",
  `cannot ${MAKE}: ${name} is ${found}. Give ${wish}.`,
]);

const rows: Row[] = [
  ...([null, "4", true] as const).map(
    (value): Row => [
      `new ThreadPoolExecutor(${value})`,
      () => new ThreadPoolExecutor(wrong(value)),
      TypeError,
      "INVALID_OPTIONS",
      `cannot ${MAKE}: the options are ${JSON.stringify(value)}. Give a number of workers, or an object.`,
    ],
  ),
  ...[0, -1, 2.5, Number.NaN].map(
    (value): Row => [
      `new ThreadPoolExecutor(${value})`,
      () => new ThreadPoolExecutor(value),
      RangeError,
      "INVALID_OPTIONS",
      `cannot ${MAKE}: maxWorkers is ${value}. Give a whole number from 1 to 10000.`,
    ],
  ),
  ...wholeRows("maxWorkers", 10_000),
  ...wholeRows("maxQueue", 2 ** 30 - 1),
  ...wholeRows("maxTasksPerWorker", 2 ** 31 - 1),
  ...optionRows,
  ...limitRows,
  ...[-1, Number.NaN, TIMEOUT_MAX + 1].map(
    (value): Row => [
      `new ThreadPoolExecutor({ idleTimeout: ${value} })`,
      () => new ThreadPoolExecutor({ idleTimeout: value }),
      RangeError,
      "INVALID_OPTIONS",
      `cannot ${MAKE}: idleTimeout is ${value}. Give milliseconds from 0 to ${TIMEOUT_MAX}, or Infinity.`,
    ],
  ),
  ...(["submit", "submitAsync"] as const).flatMap((call): Row[] => [
    ...(
      [
        [undefined, "undefined"],
        ["f", '"f"'],
        [{}, "an object"],
      ] as const
    ).map(
      ([value, found]): Row => [
        `${call}(${found})`,
        () => pool[call](wrong(value)),
        TypeError,
        "INVALID_ARGUMENT",
        `cannot submit: what it shall run is ${found}. Give a function, then its arguments.`,
      ],
    ),
    [
      `${call}(f) of a pool that was shut down`,
      () => closed[call](f, 1),
      RuntimeError,
      "POOL_SHUT_DOWN",
      "cannot submit to the pool: it was shut down. Submit before, or make a new pool.",
    ],
    [
      `${call}(f, a WeakMap)`,
      () => pool[call](wrong(f), wrong(new WeakMap())),
      CaptureError,
      "CANNOT_CROSS",
      "cannot send the argument to a thread: it is a WeakMap, which works only in the thread that made it. Send a Map, or create it inside the thread.",
    ],
  ]),
  [
    "map(5, [])",
    () => pool.map(wrong(5), []),
    TypeError,
    "INVALID_ARGUMENT",
    "cannot map: what it shall run is 5. Give a function.",
  ],
  ...(
    [
      [undefined, "undefined"],
      [5, "5"],
      [null, "null"],
    ] as const
  ).map(
    ([value, found]): Row => [
      `map(f, ${found})`,
      () => pool.map(f, wrong(value)),
      TypeError,
      "INVALID_ARGUMENT",
      `cannot map: the items are ${found}. Give an array or another iterable.`,
    ],
  ),
  [
    "map(f)",
    () => (pool.map as (fn: unknown) => unknown)(f),
    TypeError,
    "INVALID_ARGUMENT",
    "cannot map: there are no items. Give an array or another iterable.",
  ],
  ...(["chunksize", "buffersize"] as const).flatMap((name): Row[] => [
    ...[0, -1, 1.5, Number.NaN].map(
      (value): Row => [
        `map(f, [], { ${name}: ${value} })`,
        () => pool.map(f, [], { [name]: value }),
        RangeError,
        "INVALID_OPTIONS",
        `cannot map: ${name} is ${value}. Give a whole number from 1 on.`,
      ],
    ),
    [
      `map(f, [], { ${name}: "2" })`,
      () => pool.map(f, [], wrong({ [name]: "2" })),
      TypeError,
      "INVALID_OPTIONS",
      `cannot map: ${name} is "2". Give a whole number from 1 on.`,
    ],
  ]),
  [
    "map(f, [], { timeout: -1 })",
    () => pool.map(f, [], { timeout: -1 }),
    RangeError,
    "INVALID_TIMEOUT",
    `cannot map: timeout is -1. Give milliseconds from 0 to ${TIMEOUT_MAX} (TIMEOUT_MAX), or leave it out to wait for ever.`,
  ],
  ...([undefined, null, 5] as const).map(
    (value): Row => [
      `with(${value})`,
      () => pool.with(wrong(value)),
      TypeError,
      "INVALID_OPTIONS",
      `cannot submit: the options are ${value}. Give an object such as { priority: 1 }.`,
    ],
  ),
  ...[-5, 4, 0.5, Number.NaN].map(
    (priority): Row => [
      `with({ priority: ${priority} })`,
      () => pool.with({ priority }),
      RangeError,
      "INVALID_OPTIONS",
      `cannot submit: priority is ${priority}. Give a whole number from -4 to 3.`,
    ],
  ),
  [
    'with({ priority: "1" })',
    () => pool.with(wrong({ priority: "1" })),
    TypeError,
    "INVALID_OPTIONS",
    'cannot submit: priority is "1". Give a whole number from -4 to 3.',
  ],
  [
    "with({ timeout: -1 })",
    () => pool.with({ timeout: -1 }),
    RangeError,
    "INVALID_TIMEOUT",
    `cannot submit: timeout is -1. Give milliseconds from 0 to ${TIMEOUT_MAX} (TIMEOUT_MAX), or leave it out to wait for ever.`,
  ],
  [
    "with({ signal: {} })",
    () => pool.with(wrong({ signal: {} })),
    TypeError,
    "INVALID_SIGNAL",
    "cannot submit: signal is an object. Give an AbortSignal.",
  ],
  ...(["shutdown", "shutdownAsync"] as const).flatMap((call): Row[] => [
    [
      `${call}(null)`,
      () => pool[call](wrong(null)),
      TypeError,
      "INVALID_OPTIONS",
      "cannot shut down the pool: the options are null. Give an object such as { wait: false }.",
    ],
    ...(["wait", "cancelFutures"] as const).map(
      (name): Row => [
        `${call}({ ${name}: 0 })`,
        () => pool[call](wrong({ [name]: 0 })),
        TypeError,
        "INVALID_OPTIONS",
        `cannot shut down the pool: ${name} is 0. Give true or false.`,
      ],
    ),
  ]),
];

table("wrong calls of pools", rows);

after(async () => {
  assert.equal(await pool.submit(f, 5), 5, "it was not shut down");
  assert.equal(pool.metrics.finished, 1);
  await pool.shutdownAsync();
});
