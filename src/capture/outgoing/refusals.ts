/** Refusals of functions that have no text of their own. */
import { isProxy } from "#host";
import { functionCalled, refuse } from "../refuse.ts";
import type { AnyFunction } from "./plans.ts";

export function nameOf(fn: AnyFunction): string {
  const name = Object.getOwnPropertyDescriptor(fn, "name")?.value;
  return typeof name === "string" ? name : "";
}

export function describe(fn: AnyFunction): string {
  return functionCalled(nameOf(fn));
}

export function refuseNodes(fn: AnyFunction, label: string): Error {
  const advice = "Make it inside the function that the thread runs";
  const trail = { fn: label, label: "" };
  return refuse(describe(fn), "it is a function of Node's own that no module exports", advice, trail);
}

export function refuseNative(fn: AnyFunction, label: string): Error {
  const trail = { fn: label, label: "" };
  if (isProxy(fn))
    return refuse("a proxy of a function", "its handler can't be read", "Send the function itself", trail);
  const name = nameOf(fn);
  if (name.startsWith("bound ")) {
    const fact = "it is a bound function, and what it is bound to can't be read";
    return refuse(`'${name}'`, fact, "Send an arrow function that makes the call", trail);
  }
  const fact = "it is native code without a name of its own in every thread";
  return refuse(`function ${name}`, fact, "Call it from a function of yours", trail);
}
