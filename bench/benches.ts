/** What is measured, against whom, and what we want to reach. */

export interface Rival {
  name: string;
  /** A file in contenders/, without extension for those that run on node. */
  script: string;
  /** Options of node. */
  flags?: readonly string[];
  /** Arguments of the script. */
  args?: readonly string[];
}

export interface Bench {
  name: string;
  title: string;
  unit: "ns" | "µs" | "ms" | "MiB";
  /** warm: one process takes all samples; cold: a process for each. */
  kind: "warm" | "cold, time to first line" | "cold, printed number";
  rounds: number;
  rivals: readonly Rival[];
  /** The rival that ratios in the table refer to. */
  reference: string;
  /** Our time over the rival's, at most. */
  targets: readonly { against: string; atMost: number }[];
}

const US = "threadkit";
const RAW = "hand-written";
const V8 = "V8 Atomics.Mutex";
const MULTITHREADING = "multithreading";
/** It reads navigator.hardwareConcurrency, which Node 20 has not. */
const NAVIGATOR = ["--import", "data:text/javascript,globalThis.navigator||={hardwareConcurrency:5}"];
const CPYTHON = "CPython";
/** The price of sharing: a map of one thread. */
const PLAIN_MAP = "plain Map";
const CLONE = "postMessage of a Map";
const POST_MESSAGE = "postMessage";
export const OURS = US;

/** The one JavaScript rival that has semaphores, conditions and barriers. */
const rivalled = (name: string): Rival[] => [
  { name: MULTITHREADING, script: `${name}-multithreading`, flags: NAVIGATOR },
];

/** Warm, ours against CPython's; the contenders are named like the bench. */
function againstCPython(
  name: string,
  title: string,
  unit: Bench["unit"],
  others: readonly Rival[] = [],
): Bench {
  return {
    name,
    title,
    unit,
    kind: "warm",
    rounds: 25,
    rivals: [{ name: US, script: `${name}-threadkit` }, ...others, { name: CPYTHON, script: `${name}.py` }],
    reference: CPYTHON,
    targets: [{ against: CPYTHON, atMost: 1 }],
  };
}

/** A producer and a consumer: ours, CPython's, which copies nothing, and messages between workers. */
function againstPostMessage(name: string, title: string): Bench {
  const bench = againstCPython(name, title, "ns");
  return {
    ...bench,
    rivals: [...bench.rivals, { name: POST_MESSAGE, script: `${name}-raw` }],
    targets: [{ against: POST_MESSAGE, atMost: 1 }],
  };
}

const PISCINA = "Piscina";
const PISCINA_MANY = "Piscina, 100 tasks a worker";
const JS_POOLS: readonly Rival[] = [
  { name: US, script: "pool", args: ["threadkit"] },
  { name: RAW, script: "pool", args: ["raw"] },
  { name: PISCINA, script: "pool", args: ["piscina"] },
  { name: PISCINA_MANY, script: "pool", args: ["piscina-many"] },
  { name: "tinypool", script: "pool", args: ["tinypool"] },
  { name: "workerpool", script: "pool", args: ["workerpool"] },
  { name: "poolifier", script: "pool", args: ["poolifier"] },
  { name: "jest-worker", script: "pool", args: ["jest-worker"] },
  { name: "comlink", script: "pool", args: ["comlink"] },
  { name: MULTITHREADING, script: "pool", args: ["multithreading"], flags: NAVIGATOR },
];

/** Pools of two workers under one shape of load. */
function poolsUnder(
  shape: string,
  title: string,
  rounds: number,
  targets: Bench["targets"],
  without: readonly string[] = [],
): Bench {
  const rivals = JS_POOLS.filter(({ name }) => !without.includes(name));
  return {
    name: `pool-${shape}`,
    title,
    unit: "µs",
    kind: "warm",
    rounds,
    rivals: [
      ...rivals.map((rival) => ({ ...rival, args: [...(rival.args ?? []), shape] })),
      { name: CPYTHON, script: "pool.py", args: [shape] },
    ],
    reference: RAW,
    targets,
  };
}

export const BENCHES: readonly Bench[] = [
  {
    name: "lock",
    title: "Lock, uncontended: one acquire and one release",
    unit: "ns",
    kind: "warm",
    rounds: 25,
    rivals: [
      { name: US, script: "lock-threadkit" },
      { name: RAW, script: "lock-raw" },
      { name: V8, script: "lock-v8", flags: ["--harmony-struct"] },
      { name: MULTITHREADING, script: "lock-multithreading", flags: NAVIGATOR },
      { name: CPYTHON, script: "lock.py" },
    ],
    reference: RAW,
    targets: [
      { against: RAW, atMost: 1.5 },
      { against: V8, atMost: 1 },
      { against: MULTITHREADING, atMost: 1 },
      { against: CPYTHON, atMost: 1 },
    ],
  },
  {
    name: "contended",
    title: "Lock, contended: 5 threads × 100,000 increments",
    unit: "ms",
    kind: "warm",
    rounds: 25,
    rivals: [
      { name: US, script: "contended-threadkit" },
      { name: RAW, script: "contended-raw" },
      { name: V8, script: "contended-v8", flags: ["--harmony-struct"] },
      { name: MULTITHREADING, script: "contended-multithreading", flags: NAVIGATOR },
      { name: CPYTHON, script: "contended.py" },
    ],
    reference: RAW,
    targets: [
      { against: RAW, atMost: 1.3 },
      { against: V8, atMost: 1 },
      { against: MULTITHREADING, atMost: 1 },
      { against: CPYTHON, atMost: 1 },
    ],
  },
  {
    name: "rlock",
    title: "RLock, uncontended: one acquire and one release",
    unit: "ns",
    kind: "warm",
    rounds: 25,
    rivals: [
      { name: US, script: "rlock-threadkit" },
      { name: RAW, script: "lock-raw" },
      { name: CPYTHON, script: "rlock.py" },
    ],
    reference: RAW,
    targets: [
      { against: RAW, atMost: 3 },
      { against: CPYTHON, atMost: 1 },
    ],
  },
  {
    name: "rlock-nested",
    title: "RLock, nested: one acquire and one release by the owner",
    unit: "ns",
    kind: "warm",
    rounds: 25,
    rivals: [
      { name: US, script: "rlock-nested-threadkit" },
      { name: RAW, script: "lock-raw" },
    ],
    reference: RAW,
    targets: [{ against: RAW, atMost: 3 }],
  },
  {
    name: "condition",
    title: "Condition: to another thread and back, two notifies and two waits",
    unit: "µs",
    kind: "warm",
    rounds: 25,
    rivals: [
      { name: US, script: "condition-threadkit" },
      { name: RAW, script: "condition-raw" },
      ...rivalled("condition"),
      { name: CPYTHON, script: "condition.py" },
    ],
    reference: CPYTHON,
    targets: [{ against: CPYTHON, atMost: 1 }],
  },
  {
    name: "start",
    title: "Thread, warm: start and join",
    unit: "µs",
    kind: "warm",
    rounds: 25,
    rivals: [
      { name: US, script: "start-threadkit" },
      { name: CPYTHON, script: "start.py" },
    ],
    reference: CPYTHON,
    targets: [{ against: CPYTHON, atMost: 1.5 }],
  },
  {
    name: "cold",
    title: "Thread, cold: start of the process to the first result",
    unit: "ms",
    kind: "cold, time to first line",
    rounds: 15,
    rivals: [
      { name: US, script: "cold-threadkit" },
      { name: "raw Worker", script: "cold-raw" },
    ],
    reference: "raw Worker",
    targets: [{ against: "raw Worker", atMost: 1.15 }],
  },
  {
    name: "second",
    title: "Thread, second: a cold worker in a warm process, start to result",
    unit: "ms",
    kind: "cold, printed number",
    rounds: 15,
    rivals: [
      { name: US, script: "second-threadkit" },
      { name: "raw Worker", script: "second-raw" },
    ],
    reference: "raw Worker",
    targets: [{ against: "raw Worker", atMost: 1.15 }],
  },
  {
    name: "struct",
    title: "SharedStruct: read and write of an int32 and a float64 field",
    unit: "ns",
    kind: "warm",
    rounds: 25,
    rivals: [
      { name: US, script: "struct-threadkit" },
      { name: RAW, script: "struct-raw" },
    ],
    reference: RAW,
    targets: [{ against: RAW, atMost: 2 }],
  },
  {
    name: "map-get",
    title: "SharedMap, one thread: a number read under one of 1,000 string keys",
    unit: "ns",
    kind: "warm",
    rounds: 25,
    rivals: [
      { name: US, script: "map-get-threadkit" },
      { name: PLAIN_MAP, script: "map-get-plain" },
      { name: MULTITHREADING, script: "map-get-multithreading", flags: NAVIGATOR },
    ],
    reference: PLAIN_MAP,
    targets: [{ against: MULTITHREADING, atMost: 0.1 }],
  },
  {
    name: "map-set",
    title: "SharedMap, one thread: a number set under one of 1,000 string keys",
    unit: "ns",
    kind: "warm",
    rounds: 25,
    rivals: [
      { name: US, script: "map-set-threadkit" },
      { name: PLAIN_MAP, script: "map-set-plain" },
      { name: MULTITHREADING, script: "map-set-multithreading", flags: NAVIGATOR },
    ],
    reference: PLAIN_MAP,
    targets: [{ against: MULTITHREADING, atMost: 0.1 }],
  },
  {
    name: "map-far",
    title: "SharedMap of 100,000 entries: another thread is asked for one field, and answers",
    unit: "µs",
    kind: "warm",
    rounds: 15,
    rivals: [
      { name: US, script: "map-far-threadkit" },
      { name: CLONE, script: "map-far-clone" },
    ],
    reference: CLONE,
    targets: [{ against: CLONE, atMost: 0.001 }],
  },
  againstCPython("map-update", "SharedMap, 4 threads × 25,000 counts under 8 keys", "ms"),
  againstCPython("event", "Event, uncontended: set, wait and clear", "ns"),
  againstCPython("ping", "Event, two threads: a hand-over there and back", "µs"),
  againstCPython(
    "semaphore",
    "Semaphore, uncontended: one acquire and one release",
    "ns",
    rivalled("semaphore"),
  ),
  againstCPython("rlock-contended", "RLock, contended: 5 threads × 100,000 increments", "ms"),
  againstCPython("local", "ThreadLocal: read and write of an attribute", "ns"),
  againstCPython("timer", "Timer: start, cancel and join", "µs"),
  againstCPython("seats", "Semaphore of 2, contended: 5 threads × 50,000 visits", "ms", rivalled("seats")),
  againstCPython("lone", "Barrier of one party: one round", "ns"),
  againstCPython("barrier", "Barrier of three threads: one round", "µs", rivalled("barrier")),
  poolsUnder("outstanding", "Pool: 1,000 tasks always on their way, one task", 15, [
    { against: RAW, atMost: 1 / 2 },
    { against: PISCINA, atMost: 1 / 10 },
    { against: CPYTHON, atMost: 1 },
  ]),
  // multithreading never ends it: it has a table of 65,536 tasks.
  poolsUnder(
    "burst",
    "Pool: 100,000 tasks at once, one task",
    7,
    [
      { against: RAW, atMost: 1 / 2 },
      { against: PISCINA, atMost: 1 / 10 },
      { against: CPYTHON, atMost: 1 },
    ],
    [MULTITHREADING],
  ),
  poolsUnder("single", "Pool: one task at a time, awaited", 15, [{ against: RAW, atMost: 1 }]),
  {
    name: "pool-blocking",
    title: "Pool: one task at a time, blocking, against awaiting a worker",
    unit: "µs",
    kind: "warm",
    rounds: 15,
    rivals: [
      { name: US, script: "pool-blocking" },
      { name: RAW, script: "pool", args: ["raw", "single"] },
      { name: CPYTHON, script: "pool.py", args: ["single"] },
    ],
    reference: RAW,
    targets: [
      { against: RAW, atMost: 1 / 5 },
      { against: CPYTHON, atMost: 1 },
    ],
  },
  {
    name: "pool-first",
    title: "Pool: from the start of the process to the first result",
    unit: "ms",
    kind: "cold, time to first line",
    rounds: 15,
    rivals: JS_POOLS.filter(({ name }) => name !== PISCINA_MANY).map((rival) => ({
      ...rival,
      script: "pool-first",
    })),
    reference: PISCINA,
    targets: [{ against: PISCINA, atMost: 1 }],
  },
  {
    name: "pool-memory",
    title: "Pool: memory of the process after 100,000 tasks at once",
    unit: "MiB",
    kind: "cold, printed number",
    rounds: 5,
    rivals: JS_POOLS.filter(({ name }) => name !== MULTITHREADING).map((rival) => ({
      ...rival,
      script: "pool-memory",
    })),
    reference: PISCINA,
    targets: [{ against: PISCINA, atMost: 1 }],
  },
  {
    name: "pool-primes",
    title: "Pool: primes below 2,000,000 by two workers, against one",
    unit: "ms",
    kind: "warm",
    rounds: 15,
    rivals: [
      { name: US, script: "pool-primes", args: ["2"] },
      { name: "one worker", script: "pool-primes", args: ["1"] },
      { name: "two bare workers", script: "pool-primes", args: ["2", "bare"] },
      { name: "one bare worker", script: "pool-primes", args: ["1", "bare"] },
    ],
    reference: "one worker",
    targets: [{ against: "one worker", atMost: 1 / 1.9 }],
  },
  {
    name: "pool-transfer",
    title: "Pool: 16 MiB there and back, transferred",
    unit: "ms",
    kind: "warm",
    rounds: 25,
    rivals: [
      { name: US, script: "pool-transfer", args: ["threadkit"] },
      { name: "copied", script: "pool-transfer", args: ["copied"] },
      { name: RAW, script: "pool-transfer", args: ["raw"] },
    ],
    reference: "copied",
    targets: [{ against: "copied", atMost: 1 / 2 }],
  },
  {
    ...againstCPython("queue-pairs", "Queue, uncontended: put and get of a small integer", "ns"),
    targets: [{ against: CPYTHON, atMost: 0.2 }],
  },
  againstCPython("simple-queue", "SimpleQueue, uncontended: put and get of a small integer", "ns"),
  againstCPython("priority-queue", "PriorityQueue of 1,000 items: put and get of a small integer", "ns"),
  againstPostMessage("feed", "Queue, two threads: small integers from one to the other"),
  againstPostMessage("feed-objects", "Queue, two threads: small objects from one to the other"),
];
