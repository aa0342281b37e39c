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
}
interface Context {
  diagnostic(text: string): void;
}

const entries: Entry[] = [];
let path: readonly string[] = [];

export function describe(name: string, body: () => void): void {
  const outer = path;
  path = [...path, name];
  try {
    body();
  } finally {
    path = outer;
  }
}

type Body = Entry["body"];

export function test(name: string, options: object | Body, body?: Body): void {
  entries.push({ name: [...path, name].join(": "), body: body ?? (options as Body) });
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

/** What is otherwise in a browser, or in a thread that stands for main, and why. */
const DIFFERENT: readonly (readonly [name: RegExp, why: string])[] = [
  [
    /that throw go to the hook, and the rest is called|by main, blocked/,
    "it looks at the main thread, which is the page",
  ],
  [
    /holds functions with what they capture|keeps a function whose modules/,
    "code is a module, which is imported first",
  ],
  [
    /a timeout does not break it: all are there/,
    "its 30 ms may be over before a browser has started the worker",
  ],
  [/the action of a Barrier as code: runs in whichever/, "its action uses node:path"],
  [/prints its items/, "the tests' own inspect knows no depth"],
];

/** Milliseconds for one test. */
const LIMIT = 30_000;

/** Runs all that was collected. `pass`: what of an error is no failure here, but tells why the test does not apply. */
export async function runAll(
  tell: (result: Result) => void,
  only: string,
  pass: (error: Error) => string | undefined,
): Promise<void> {
  for (const { name, body } of entries) {
    if (!name.includes(only)) continue;
    const different = DIFFERENT.find(([known]) => known.test(name));
    if (different !== undefined) {
      tell({ name, skipped: different[1] });
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
      const isAbsent = error instanceof NotHere || error?.message?.startsWith("needs node:");
      const skipped = isAbsent ? error.message : pass(error);
      const text = `${error?.name}: ${error?.message}\n${error?.stack}`;
      const ms = performance.now() - began;
      tell(skipped === undefined ? { name, ms, error: text } : { name, ms, skipped });
    }
    unhandled.clear();
    if (performance.now() - began > 5000)
      console.log(`${(performance.now() - began).toFixed(0)} ms: ${name}`);
  }
}
