// A reporter for node:test: how many tests of each conformance suite passed, failed or were skipped, as JSON.
import path from "node:path";

/** By the names of files without their endings. */
export default async function* counts(events) {
  const suites = {};
  for await (const { type, data } of events) {
    if ((type !== "test:pass" && type !== "test:fail") || data.details?.type === "suite" || !data.file)
      continue;
    const suite = path.basename(data.file).replace(/(\.test)?\.\w+$/, "");
    if (data.name === data.file) continue; // Node 20 counts a file as a test
    if (path.basename(path.dirname(data.file)) !== "conformance") continue;
    const sums = (suites[suite] ??= { pass: 0, fail: 0, skip: 0 });
    if (data.skip !== undefined || data.todo !== undefined) sums.skip++;
    else if (type === "test:pass") sums.pass++;
    else sums.fail++;
  }
  yield `${JSON.stringify(suites, null, 2)}\n`;
}
