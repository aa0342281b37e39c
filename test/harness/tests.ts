/**
 * `describe` and `test` of node:test, without what can't pass on the runtime at hand: scripts/test-runtimes.mjs says so
 * in THREADKIT_LEFT_OUT, a list of names. Those are not run: what they leave behind (a stray rejection, a thread that
 * nobody stops) would be taken for a fault of the tests after them.
 */
import * as runner from "node:test";

type Body = () => void | Promise<void>;
type Runner = Pick<typeof runner, "describe" | "test">;

const listed = (globalThis as { process?: { env?: Record<string, string | undefined> } }).process?.env
  ?.THREADKIT_LEFT_OUT;

function without(names: ReadonlySet<string>): Runner {
  let path: readonly string[] = [];
  const describe = (name: string, ...rest: unknown[]) => {
    const body = rest.pop() as () => void;
    const inside = () => {
      const outer = path;
      path = [...path, name];
      try {
        body();
      } finally {
        path = outer;
      }
    };
    return runner.describe(name, ...(rest as []), inside);
  };
  const test = (name: string, ...rest: unknown[]) => {
    const full = [...path, name].join(" > ");
    if (!names.has(full)) return runner.test(name, ...(rest as [Body]));
    console.log(`left out: ${full}`);
    return Promise.resolve();
  };
  return { describe, test } as unknown as Runner;
}

export const { describe, test }: Runner =
  listed === undefined ? runner : without(new Set(JSON.parse(listed) as string[]));
