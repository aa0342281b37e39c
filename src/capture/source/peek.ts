/**
 * Reads where a function stands and what its variables hold, through the inspector of the own thread.
 *
 * A merely connected session answers `Runtime.getProperties` with `[[FunctionLocation]]` and the live
 * `[[Scopes]]`, synchronously. It is connected per burst and disconnected in a microtask, because `console.*` is
 * 3–6 times slower meanwhile. The tempting `Debugger.enable` makes every await loop of the program 10 times
 * slower; it is used for one script at a time, where no other way to its text exists, and switched off at once.
 */
import type { Session } from "node:inspector";
import { inspects } from "#host";
import { CaptureError } from "../../errors/errors.ts";
import { inspector } from "../lazy.ts";

/** Stands for a name that no visible scope has. */
export const MISSING: unique symbol = Symbol("missing");

export interface Peek {
  readonly scriptId: string;
  /** Zero-based; the first character of arrows and classes, the `(` of everything else. */
  readonly line: number;
  readonly column: number;
  /** Current value of a variable as the function sees it, or `MISSING`; throws for one not yet initialised. */
  read(name: string): unknown;
}

interface ScriptText {
  readonly url: string;
  readonly text: string;
  /** Where its first character stands. Tools that wrap a module put the wrapper before the start. */
  readonly lineOffset: number;
  readonly columnOffset: number;
}

interface Stash {
  fn: unknown;
  scopes: ArrayLike<{ object?: Record<string, unknown> }> | undefined;
}

interface Property {
  readonly name: string;
  readonly value: { readonly value?: unknown; readonly objectId?: string };
}

const STASH = Symbol.for("threadkit.capture.stash");
const STASH_SOURCE = "globalThis[Symbol.for('threadkit.capture.stash')]";

let session: Session | undefined;
let realm: { global: object; stash: Stash } | undefined;

/** The global of the session's own realm: inside a `vm` context (Vitest, Jest) ours is another one. */
function stashRealm(): { global: object; stash: Stash } {
  if (realm) return realm;
  let global: object = globalThis;
  try {
    global = (inspector().Session.constructor as FunctionConstructor)("return this")();
  } catch {
    // --disallow-code-generation-from-strings: then there is but one realm that matters.
  }
  // Another copy of this library in the process shares the stash: it is in use for one synchronous peek at a time.
  const there = Object.getOwnPropertyDescriptor(global, STASH)?.value as Stash | undefined;
  const stash = there ?? { fn: undefined, scopes: undefined };
  if (!there) Object.defineProperty(global, STASH, { value: stash });
  return (realm = { global, stash });
}

let usable: boolean | undefined;

/** Is there an inspector that answers at once? Tried once. */
export function canPeek(): boolean {
  if (usable === undefined) {
    try {
      usable = inspects() && open() !== undefined;
    } catch {
      usable = false;
    }
  }
  return usable;
}

function open(): Session {
  if (session) return session;
  try {
    session = new (inspector().Session)();
    session.connect();
  } catch (error) {
    session = undefined;
    const fact = error instanceof Error ? error.message : String(error);
    throw new CaptureError(
      `cannot read what a function captures: the inspector is not available (${fact}). Run without --permission, with --allow-inspector, or with --import threadkit/register.`,
      "NO_INSPECTOR",
    );
  }
  queueMicrotask(() => {
    session?.disconnect();
    session = undefined;
  });
  return session;
}

// biome-ignore lint/suspicious/noExplicitAny: the protocol's replies, one shape per method
function post(method: string, params?: object): any {
  let failure: unknown;
  let reply: unknown;
  open().post(method, params, (error: Error | null, result?: object) => {
    failure = error;
    reply = result;
  });
  if (failure) {
    throw new CaptureError(
      `cannot read a function: the inspector refused ${method} (${JSON.stringify(failure)}).`,
    );
  }
  return reply;
}

/** Looks at `fn`; undefined if it has no source (native code, bound functions, proxies). */
export function peek(fn: unknown): Peek | undefined {
  open();
  const { global, stash } = stashRealm();
  stash.fn = fn;
  try {
    const { result } = post("Runtime.evaluate", {
      expression: `${STASH_SOURCE}.fn`,
      objectGroup: "threadkit",
      silent: true,
    });
    const { internalProperties } = post("Runtime.getProperties", {
      objectId: result.objectId,
      ownProperties: true,
    });
    let location: { scriptId: string; lineNumber: number; columnNumber: number } | undefined;
    for (const { name, value } of (internalProperties ?? []) as Property[]) {
      if (name === "[[FunctionLocation]]") location = value.value as typeof location;
      else if (name === "[[Scopes]]") {
        post("Runtime.callFunctionOn", {
          objectId: value.objectId,
          functionDeclaration: `function(){${STASH_SOURCE}.scopes=this}`,
          silent: true,
        });
      }
    }
    if (!location) return undefined;
    const scopes = stash.scopes;
    return {
      scriptId: location.scriptId,
      line: location.lineNumber,
      column: location.columnNumber,
      read: (name) => readFrom(scopes, global, name),
    };
  } finally {
    post("Runtime.releaseObjectGroup", { objectGroup: "threadkit" });
    stash.fn = stash.scopes = undefined;
  }
}

function readFrom(scopes: Stash["scopes"], global: object, name: string): unknown {
  for (let i = 0; scopes && i < scopes.length; i++) {
    const object = scopes[i].object;
    if (!object || object === global) continue;
    if (name in object) return object[name];
  }
  return MISSING;
}

/** Texts of all scripts of the process by their URLs, the newest of each, at the price of one pass of `Debugger.enable`. */
export function withScripts<T>(use: (textOf: (url: string) => string | undefined) => T): T {
  const current = open();
  const ids = new Map<string, string>();
  const texts = new Map<string, string>();
  const onParsed = ({ params }: { params: { scriptId: string; url: string } }) =>
    void ids.set(params.url, params.scriptId);
  current.on("Debugger.scriptParsed", onParsed);
  try {
    post("Debugger.enable");
    return use((url) => {
      const scriptId = ids.get(url);
      if (scriptId === undefined) return undefined;
      if (!texts.has(url)) texts.set(url, post("Debugger.getScriptSource", { scriptId }).scriptSource);
      return texts.get(url);
    });
  } finally {
    post("Debugger.disable");
    current.off("Debugger.scriptParsed", onParsed);
  }
}

/** The text of a script exactly as V8 compiled it, at the price of one pass of `Debugger.enable`: 5–30 ms. */
export function scriptText(scriptId: string): ScriptText {
  const current = open();
  let place = { url: "", lineOffset: 0, columnOffset: 0 };
  type Parsed = { scriptId: string; url: string; startLine: number; startColumn: number };
  const onParsed = ({ params }: { params: Parsed }) => {
    const { url, startLine, startColumn } = params;
    if (params.scriptId === scriptId)
      place = { url, lineOffset: startLine | 0, columnOffset: startColumn | 0 };
  };
  current.on("Debugger.scriptParsed", onParsed);
  try {
    post("Debugger.enable");
    return { ...place, text: post("Debugger.getScriptSource", { scriptId }).scriptSource };
  } finally {
    post("Debugger.disable");
    current.off("Debugger.scriptParsed", onParsed);
  }
}
