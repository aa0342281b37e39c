/** The files on the call stack: what is captured is likely to stand in one of them. */
import { pathToFileURL } from "node:url";

export interface Place {
  readonly url: string;
  /** Zero-based. */
  readonly line: number;
  readonly column: number;
}

/** Frames of code that stands in files, the innermost first. */
export function frames(most: number): Place[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = most;
  Error.prepareStackTrace = (_, sites) =>
    sites.map((site) => ({
      url: site.getFileName() ?? "",
      line: (site.getLineNumber() ?? 1) - 1,
      column: (site.getColumnNumber() ?? 1) - 1,
    }));
  const places = new Error().stack as unknown as Place[];
  Error.prepareStackTrace = prepareStackTrace;
  Error.stackTraceLimit = stackTraceLimit;
  if (!Array.isArray(places)) return [];
  return places
    .filter(({ url }) => url !== "" && !/^(node|bun|ext|native):/.test(url) && url !== "native")
    .map((place) => ({ ...place, url: asUrl(place.url) }));
}

/** The `file:` URL of a script that was compiled under a plain path, as CommonJS modules are. */
export function asUrl(name: string): string {
  if (/^[a-z][\w+.-]+:/i.test(name)) return name;
  return pathToFileURL(name).href;
}

/** This library's own folder: its frames are nobody's call site. */
const HERE = new URL(".", import.meta.url).href;

/** Whether a file is one of this library's. */
export function isOurs(url: string): boolean {
  return url.startsWith(HERE);
}
