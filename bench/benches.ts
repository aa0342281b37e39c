/** What is measured, against whom, and what we want to reach. */

export interface Rival {
  name: string;
  /** A file in contenders/, without extension for those that run on node. */
  script: string;
  /** Options of node. */
  flags?: readonly string[];
}

export interface Bench {
  name: string;
  title: string;
  unit: "ns" | "µs" | "ms";
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
const POST_MESSAGE = "postMessage";
export const OURS = US;

/** Warm, ours against CPython's; the contenders are named like the bench. */
function againstCPython(name: string, title: string, unit: Bench["unit"]): Bench {
  return {
    name,
    title,
    unit,
    kind: "warm",
    rounds: 25,
    rivals: [
      { name: US, script: `${name}-threadkit` },
      { name: CPYTHON, script: `${name}.py` },
    ],
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
      { name: CPYTHON, script: "condition.py" },
    ],
    reference: CPYTHON,
    targets: [{ against: CPYTHON, atMost: 1.5 }],
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
  againstCPython("event", "Event, uncontended: set, wait and clear", "ns"),
  againstCPython("ping", "Event, two threads: a hand-over there and back", "µs"),
  againstCPython("semaphore", "Semaphore, uncontended: one acquire and one release", "ns"),
  againstCPython("rlock-contended", "RLock, contended: 5 threads × 100,000 increments", "ms"),
  againstCPython("local", "ThreadLocal: read and write of an attribute", "ns"),
  againstCPython("timer", "Timer: start, cancel and join", "µs"),
  againstCPython("seats", "Semaphore of 2, contended: 5 threads × 50,000 visits", "ms"),
  againstCPython("lone", "Barrier of one party: one round", "ns"),
  againstCPython("barrier", "Barrier of three threads: one round", "µs"),
  {
    ...againstCPython("queue-pairs", "Queue, uncontended: put and get of a small integer", "ns"),
    targets: [{ against: CPYTHON, atMost: 0.2 }],
  },
  againstCPython("simple-queue", "SimpleQueue, uncontended: put and get of a small integer", "ns"),
  againstCPython("priority-queue", "PriorityQueue of 1,000 items: put and get of a small integer", "ns"),
  againstPostMessage("feed", "Queue, two threads: small integers from one to the other"),
  againstPostMessage("feed-objects", "Queue, two threads: small objects from one to the other"),
];
