/** In the place of node:test in a browser: collects tests, and runs them one after the other. */

export interface Result {
  readonly name: string;
  readonly error?: string;
  /** Why it was not run to its end. */
  readonly skipped?: string;
  readonly ms?: number;
}

interface Entry {
  readonly name: string;
  readonly body: (context: Context) => unknown;
  readonly skip: string | false;
}
interface Context {
  diagnostic(text: string): void;
}

const entries: Entry[] = [];
let path: readonly string[] = [];

interface Options {
  readonly skip?: boolean | string;
}

function reasonOf({ skip = false }: Options): string | false {
  return skip === true ? "its own condition is not met" : skip;
}

let skipAll: string | false = false;

export function describe(name: string, options: Options | (() => void), body?: () => void): void {
  const [outer, outerSkip] = [path, skipAll];
  path = [...path, name];
  if (typeof options !== "function") skipAll ||= reasonOf(options);
  try {
    (body ?? (options as () => void))();
  } finally {
    [path, skipAll] = [outer, outerSkip];
  }
}

type Body = Entry["body"];

export function test(name: string, options: Options | Body, body?: Body): void {
  const skip = skipAll || (typeof options === "function" ? false : reasonOf(options));
  entries.push({ name: [...path, name].join(": "), body: body ?? (options as Body), skip });
}

/** Thrown by what a browser does not have, such as child processes. */
export class NotHere extends Error {}

/** Rejections that nobody has handled yet: a failure of the test that runs, if they stay so until its end. */
const unhandled = new Map<Promise<unknown>, unknown>();

interface RejectionEvent {
  readonly type: string;
  readonly promise: Promise<unknown>;
  readonly reason: unknown;
  stopImmediatePropagation(): void;
  preventDefault(): void;
}

/** In a thread, where they would end it: Node tells of them later than a browser, when the test has awaited them. */
export function heedRejections(): void {
  Object.defineProperty(globalThis, "threadkitTestHeed", {
    value(event: RejectionEvent) {
      event.stopImmediatePropagation();
      event.preventDefault();
      if (event.type === "rejectionhandled") unhandled.delete(event.promise);
      else unhandled.set(event.promise, event.reason);
    },
  });
}

const MAIN = "it looks at the main thread, which is the page";
const CODE = "code is a module, which is imported first";
const TASKS = "async tasks can't be told apart";
const NATIVE = "it looks at native ids, which browsers do not tell";

/** What is otherwise in a browser, or in a thread that stands for main, and why. */
const DIFFERENT: readonly (readonly [name: RegExp, why: string])[] = [
  [/that throw go to the hook, and the rest is called|by main, blocked/, MAIN],
  [/shows main as running|: have main, daemons and|: are the same for every thread/, MAIN],
  [
    /of oneself fails, in main|are one object each in main|themselves and main|itself and main in a thread/,
    MAIN,
  ],
  [/no other thread may release it, while it is held and while|an RLock prints: who holds it/, MAIN],
  [/(?:holds|keeps|may hold a?) ?functions?\b|keeps a function whose modules/, CODE],
  [/passes from thread to thread and stays one/, CODE],
  [/out of a thread, in what it threw|whose imports did not come along/, CODE],
  [
    /those that the thread itself sees|: is the same OS thread|: is not one whose thread|give a thread a worker of its own/,
    NATIVE,
  ],
  [
    /a timeout does not break it: all are there/,
    "its 30 ms may be over before a browser has started the worker",
  ],
  [/the action of a Barrier as code: runs in whichever/, "its action uses node:path"],
  [/timers, microtasks and I\/O run while main/, "it imports node:fs"],
  [
    /refuses? .*would wait for itself.*(?:async update|other tasks wait)|refuses in its own task what would/,
    TASKS,
  ],
  [
    /gives a task its depth back|over RLock \{ free \} rejects with|a Condition prints its lock|holds the lock: no other thread, no other/,
    TASKS,
  ],
  [/can't release what a sibling holds|make a blocking acquire of the same thread fail/, TASKS],
  [
    /private members of instances is refused/,
    "they can be told by a parser only; the engine refuses the access",
  ],
  [/other proxies are refused/, "a proxy can't be told from what it seems to be"],
];

/** Tests of locks whose async sections nest, or of which a thread has several at a time: refused where tasks can't be told apart. */
const OF_TASKS = /RLock|Condition|async tasks of one thread/;

/** Milliseconds for one test. */
const LIMIT = 30_000;

/** Runs all that was collected. `pass`: what of an error is no failure here, but tells why the test does not apply. */
export async function runAll(
  tell: (result: Result) => void,
  only: string,
  pass: (error: Error) => string | undefined,
): Promise<void> {
  for (const { name, body, skip } of entries) {
    if (!name.includes(only)) continue;
    const why = skip || DIFFERENT.find(([known]) => known.test(name))?.[1];
    if (why) {
      tell({ name, skipped: why });
      continue;
    }
    console.debug(`begins: ${name}`);
    const began = performance.now();
    try {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`did not end within ${LIMIT} ms`)), LIMIT);
      });
      await Promise.race([body({ diagnostic() {} }), late]);
      clearTimeout(timer);
      if (unhandled.size > 0) throw [...unhandled.values()][0];
      tell({ name, ms: performance.now() - began });
    } catch (thrown) {
      const error = thrown as Error;
      // From a thread it comes as a plain Error.
      const isAbsent = error instanceof NotHere || /^needs (?:node:|process\.)/.test(error?.message);
      const { code } = (error ?? {}) as { code?: string };
      const isUnknown = code === "TASK_UNKNOWN" && OF_TASKS.test(name);
      const isUnloaded = code === "MODULE_NOT_LOADED" && /carries any value/.test(name);
      const skipped = isAbsent ? error.message : isUnknown ? TASKS : isUnloaded ? CODE : pass(error);
      const text = `${error?.name}: ${error?.message}\n${error?.stack}`;
      const ms = performance.now() - began;
      tell(skipped === undefined ? { name, ms, error: text } : { name, ms, skipped });
    }
    unhandled.clear();
    if (performance.now() - began > 5000)
      console.log(`${(performance.now() - began).toFixed(0)} ms: ${name}`);
  }
}
