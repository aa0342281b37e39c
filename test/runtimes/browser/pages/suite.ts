/** Runs one of the test files: on the page, or in a thread, where it may block. */
import { SharedInt32, SimpleQueue, Thread } from "threadkit";
import { heedRejections, type Result, runAll } from "../shims/test.ts";

const { href } = (globalThis as unknown as { location: { href: string } }).location;
const query = new URL(href).searchParams;
const address = new URL(`/isolated/${query.get("file")}`, href).href;
const only = query.get("only") ?? "";
const page = globalThis as unknown as Record<string, unknown>;

async function onPage(): Promise<Result[]> {
  const results: Result[] = [];
  await import(/* @vite-ignore */ address);
  await runAll(
    (result) => results.push(result),
    only,
    (error) => (/this thread must not block/.test(error?.message) ? "blocks" : undefined),
  );
  return results;
}

async function inThread(): Promise<Result[]> {
  const { arenaWords } = await import("../../../harness/arena.ts");
  new SharedInt32(); // the arena is made for it
  const told = new SimpleQueue<Result>();
  const thread = new Thread({
    name: "tests",
    target: async (address: string, only: string, arena: SharedArrayBuffer) => {
      // What looks into the arena from outside finds it by this name.
      Object.defineProperty(globalThis, "threadkitTestArena", { value: arena });
      heedRejections();
      await import(/* @vite-ignore */ address);
      await runAll(
        (result) => told.put(result),
        only,
        () => undefined,
      );
    },
    args: [address, only, arenaWords().buffer as SharedArrayBuffer],
  }).start();
  await thread.joinAsync();
  if (thread.exception !== undefined) throw thread.exception;
  const results: Result[] = [];
  while (!told.empty()) results.push(await told.getAsync());
  return results;
}

page.ready = query.get("mode") === "thread" ? inThread() : onPage();
page.results = page.ready;
