/** The sentences of refusals: what was found, and what to do instead. */

import { CaptureError, describe } from "../errors/errors.ts";
import { classOf, isNamespace, nearestError } from "./kinds.ts";
import type { Trail } from "./trail.ts";

/** What is being done, for `cannot <verb> <thing> <where>`. */
export interface Action {
  readonly verb: string;
  readonly where: string;
}

export const SEND: Action = { verb: "send", where: "to a thread" };

export interface Finding {
  readonly fact: string;
  readonly advice: string;
}

export function refuse(
  action: Action,
  trail: Trail,
  found: Finding,
  cause?: { error: unknown },
): CaptureError {
  const { verb, where } = action;
  const error = new CaptureError(`cannot ${verb} ${trail} ${where}: ${found.fact}. ${found.advice}.`);
  if (cause)
    Object.defineProperty(error, "cause", { value: cause.error, writable: true, configurable: true });
  return error;
}

const ONE_THREAD = "which works only in the thread that made it";

/** By the tag that built-in objects carry (`Object.prototype.toString`), for objects of no crossing kind. */
const FINDINGS: Record<string, Finding> = {
  Promise: { fact: "it is a promise", advice: "Await it and send its value" },
  WeakMap: { fact: `it is a WeakMap, ${ONE_THREAD}`, advice: "Send a Map, or create it inside the thread" },
  WeakSet: { fact: `it is a WeakSet, ${ONE_THREAD}`, advice: "Send a Set, or create it inside the thread" },
  WeakRef: { fact: `it is a WeakRef, ${ONE_THREAD}`, advice: "Send the object it refers to" },
  FinalizationRegistry: {
    fact: `it is a FinalizationRegistry, ${ONE_THREAD}`,
    advice: "Create it inside the thread",
  },
  Generator: {
    fact: "it is a generator, whose position cannot be copied",
    advice: "Send an array of its items",
  },
  AsyncGenerator: {
    fact: "it is an async generator, whose position cannot be copied",
    advice: "Send an array of its items, or call its function inside the thread",
  },
  AbortSignal: {
    fact: `it is an AbortSignal, ${ONE_THREAD}`,
    advice: "Send a SharedBoolean, and set it when the signal aborts",
  },
  Request: { fact: `it is a Request, ${ONE_THREAD}`, advice: "Send its url, method, headers and body" },
  Response: { fact: `it is a Response, ${ONE_THREAD}`, advice: "Send its status, headers and body" },
};

export const DETACHED: Finding = {
  fact: "its memory was transferred away",
  advice: "Send it before it is transferred, or send a copy of it",
};
export const PORT: Finding = {
  fact: "it is a MessagePort, which moves and is not copied",
  advice: "Move it: transfer(port)",
};
export const UNSHARED_MEMORY: Finding = {
  fact: "it is a WebAssembly.Memory that is not shared",
  advice: "Create it with { shared: true }, or send a copy of its buffer",
};
export const PROXY: Finding = { fact: "it is a Proxy", advice: "Send the object behind it" };
export const OUT_OF_BOUNDS: Finding = {
  fact: "it is a view that its resized buffer no longer covers",
  advice: "Make a new view on the buffer",
};
export const BOXED_SYMBOL: Finding = { fact: "it is a boxed symbol", advice: "Send the symbol itself" };
export const TOO_DEEP: Finding = {
  fact: "it is nested too deeply in captured values or causes",
  advice: "Send it as an argument of its own",
};

/** An object that does not cross as data. */
export function unsendable(value: object): Finding {
  const tag = tagOf(value);
  const known = Object.hasOwn(FINDINGS, tag) ? FINDINGS[tag] : undefined;
  if (known && (classOf(value) === tag || tag.endsWith("Generator"))) return known;
  if (tag.endsWith(" Iterator")) {
    return {
      fact: "it is an iterator, whose position cannot be copied",
      advice: "Send an array of its items",
    };
  }
  if (isNamespace(value)) {
    return { fact: "it is the namespace of a module", advice: "Import that module inside the thread" };
  }
  const name = classOf(value);
  if (name === "") {
    return {
      fact: "it inherits from another object, and only its own fields could cross",
      advice: "Send a plain object, or move it to its own module and import it there",
    };
  }
  // What this library writes on its objects under a symbol of its own: ours cross, so it is not ours.
  if (Object.getOwnPropertySymbols(value).some(({ description }) => description === "threadkit.at")) {
    return {
      fact: `it is a ${name} of another copy of threadkit`,
      advice: "Load one copy: import and require the same installed package everywhere",
    };
  }
  return {
    fact: `it is an instance of class ${name}`,
    advice:
      "Send the plain data it holds, create it inside the thread, or move it to its own module and import it there",
  };
}

/** An object of a built-in class's shape without what makes one: `Object.create(Map.prototype)`, a Proxy. */
export function hollow(value: object): Finding {
  const name = classOf(value) || "object";
  return {
    fact: `it only inherits from ${name} (a Proxy, or made by Object.create)`,
    advice: `Send a real ${name}`,
  };
}

export function unsendableSymbol(value: symbol): Finding {
  return {
    fact: `it is ${String(value)}, a symbol that no other thread can have`,
    advice: `Use Symbol.for(${JSON.stringify(value.description ?? "name")})`,
  };
}

export function unsendableFunction(value: object): Finding {
  return {
    fact: `it is ${describe(value)}, and code cannot cross here`,
    advice: "Send the data it would return, or move it to its own module and import it there",
  };
}

export function throwing(error: unknown): Finding {
  const said =
    error !== null && typeof error === "object" && nearestError(error) ? String(error) : describe(error);
  return { fact: `reading it threw ${said}`, advice: "Make the getter work, or send plain data" };
}

/** The built-in tag; user code behind `Symbol.toStringTag` may throw. */
function tagOf(value: object): string {
  try {
    return Object.prototype.toString.call(value).slice(8, -1);
  } catch {
    return "Object";
  }
}

/** What stands in an error's field in place of a value that cannot cross. */
export function placeholder(value: unknown): string {
  return `[cannot cross: ${describe(value)}]`;
}
