/** Next.js: route handlers and components of the server use threads, built by Turbopack and by webpack. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { captured, type RunOptions, type RunResult, root, runFile } from "../harness/child.ts";
import { installProject } from "../harness/project.ts";

/** With them 340 MB: too much for all who install the repository. */
const PACKAGES = {
  next: "16.4.6",
  react: "19.2.0",
  "react-dom": "19.2.0",
  typescript: "5.9.3",
  "@types/react": "19.2.0",
  "@types/node": "22.18.0",
};
const folder = path.join(root, ".tools", `next-${PACKAGES.next}`);
const next = path.join(folder, "node_modules", "next", "dist", "bin", "next");

/** Why there is no Next here, or false. */
function missing(): string | false {
  const done = path.join(folder, "installed");
  if (existsSync(done)) return false;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "package.json"), JSON.stringify({ private: true, dependencies: PACKAGES }));
  const { status, stderr } = spawnSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: folder,
    encoding: "utf8",
    timeout: 180_000,
  });
  const unreachable = /E(AI_AGAIN|NOTFOUND|CONNREFUSED|TIMEDOUT|CONNRESET)|network/.exec(stderr ?? "");
  if (unreachable) return `the registry can't be reached: ${unreachable[0]}`;
  if (status !== 0) throw new Error(`npm install ended with ${status}:\n${stderr}`);
  writeFileSync(done, "");
  return false;
}

describe("Next.js", { skip: missing(), concurrency: false }, () => {
  const project = installProject("next", folder);
  after(() => project.remove());

  const env = {
    NEXT_TELEMETRY_DISABLED: "1",
    CI: "1",
    TSX_TSCONFIG_PATH: undefined,
    NODE_OPTIONS: undefined,
  };
  const run = (args: string[], options: RunOptions = {}): Promise<RunResult> =>
    runFile(next, { args, cwd: project.folder, env, timeout: 120_000, ...options });

  interface Server {
    get(address: string): Promise<{ status: number; text: string }>;
    /** What it said so far, and its end when it is told to end. */
    stop(): Promise<string>;
  }
  async function start(more: Record<string, string> = {}): Promise<Server> {
    const child: ChildProcess = spawn(process.execPath, ["--enable-source-maps", next, "start", "-p", "0"], {
      cwd: project.folder,
      env: { ...process.env, ...env, ...more },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    const address = await new Promise<string>((resolve, reject) => {
      const hear = (text: Buffer) => {
        said += text;
        const found = /Local: +(http:\S+)/.exec(said)?.[1];
        if (found && /Ready/.test(said)) resolve(found);
      };
      child.stdout!.on("data", hear);
      child.stderr!.on("data", hear);
      child.on("exit", () => reject(new Error(`the server ended:\n${said}`)));
    });
    return {
      async get(at) {
        const answer = await fetch(address + at);
        return { status: answer.status, text: await answer.text() };
      },
      async stop() {
        const ended = once(child, "exit");
        child.kill("SIGTERM");
        const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
        const [, signal] = await ended;
        clearTimeout(timer);
        assert.notEqual(signal, "SIGKILL", `it did not end:\n${said}`);
        return said;
      },
    };
  }

  async function works(server: Server, stack: RegExp): Promise<void> {
    assert.deepEqual(await server.get("/api/sum?price=2&price=4"), {
      status: 200,
      text: '{"taxes":[1,2],"calls":2}',
    });
    assert.match((await server.get("/")).text, /<p>the tax is 5<\/p>/);
    assert.equal((await server.get("/api/sum?price=-1")).status, 500);
    // What the module holds is shared by all requests, and by all threads.
    assert.equal((await server.get("/api/sum?price=6")).text, '{"taxes":[3],"calls":4}');
    assert.match(await server.stop(), stack);
  }

  describe("built by Turbopack", () => {
    before(async () => {
      const result = await run(["build"]);
      assert.equal(result.code, 0, captured(result));
    });

    test("runs threads, read through the inspector", async () =>
      works(
        await start(),
        /RangeError: a price of -1\n.*\(app\/tax\.ts:7:\d+\)\n.*\(app\/api\/sum\/route\.ts:13:/,
      ));

    test("refuses them where there is no inspector, and says what and where", async () => {
      const server = await start({ THREADKIT_CAPTURE: "source" });
      assert.equal((await server.get("/api/sum?price=2")).status, 500);
      assert.match(
        await server.stop(),
        /cannot send '\w+' to a thread: it is used at \S*app\/api\/sum\/route\.ts:12:\d+, and no inspector is here/,
      );
    });
  });

  // A minute more on a busy machine. Of its own it has little: webpack.test.ts builds with the same plugin.
  const isAsked = process.env.THREADKIT_NEXT === "webpack";
  test("built by webpack with the plugin, runs lifted threads", {
    skip: !isAsked && "THREADKIT_NEXT=webpack runs it",
  }, async () => {
    rmSync(path.join(project.folder, ".next"), { recursive: true, force: true });
    const result = await run(["build", "--webpack"]);
    assert.equal(result.code, 0, captured(result));
    // No inspector: what runs was lifted.
    await works(
      await start({ THREADKIT_CAPTURE: "source" }),
      /RangeError: a price of -1\n.*-threads-\w+\.mjs:/,
    );
  });
});
