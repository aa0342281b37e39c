/** An error as a person wants to read it, where the runtime has nothing of the kind. */
import type { Host } from "./host.ts";

export const inspectError: Host["inspectError"] = (error) => {
  if (!(error instanceof Error)) return String(error);
  const heading = `${error.name}: ${error.message}`;
  const stack = error.stack ?? "";
  // Only V8 begins a stack with the message.
  const text = stack.includes(error.message) ? stack : `${heading}\n${stack}`;
  const fields = Object.entries(error).map(([key, value]) => `  ${key}: ${show(value)}`);
  const cause = error.cause === undefined ? "" : `\n  [cause]: ${inspectError(error.cause)}`;
  return `${text}${fields.length > 0 ? ` {\n${fields.join("\n")}\n}` : ""}${cause}`;
};

function show(value: unknown): string {
  try {
    return typeof value === "object" ? JSON.stringify(value) : String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}
