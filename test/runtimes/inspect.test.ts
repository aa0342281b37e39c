/** Flags of Node and ways of starting processes and workers that programs use: threads work with all of them. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { after, describe, test } from "node:test";
import { captured, type RunOptions } from "../harness/child.ts";
import { installProject } from "../harness/project.ts";

const major = Number.parseInt(process.versions.node, 10);

describe("threads work", () => {
  const project = installProject("inspect");
  after(() => project.remove());

  async function prints(file: string, stdout: string, options: RunOptions = {}): Promise<string> {
    const result = await project.node(file, options);
    assert.equal(result.code, 0, captured(result));
    assert.equal(result.stdout, stdout, captured(result));
    return result.stderr;
  }
  const RESULT = "6 RangeError thrown\n";

  for (const flags of [
    ["--experimental-vm-modules"],
    ["--enable-source-maps"],
    ["--frozen-intrinsics", "--no-warnings"],
    ["--disallow-code-generation-from-strings"],
    ["--max-old-space-size=512", "--stack-trace-limit=50", "--unhandled-rejections=strict"],
  ])
    test(`with ${flags.join(" ")}`, async () =>
      assert.equal(await prints("main.js", RESULT, { nodeArgs: flags }), ""));

  test("with flags in NODE_OPTIONS", async () =>
    assert.equal(
      await prints("main.js", RESULT, { env: { NODE_OPTIONS: "--no-warnings --max-old-space-size=512" } }),
      "",
    ));

  test("with --inspect", async () => {
    const said = await prints("main.js", RESULT, { nodeArgs: ["--inspect=127.0.0.1:0"] });
    assert.match(said, /^Debugger listening on \S+\nFor help, see: \S+\n$/);
  });

  test("with a debugger attached that would pause on every exception of main", {
    skip: major < 22 && "Node 20 has no WebSocket to attach with",
  }, async () => {
    const child = spawn(process.execPath, ["--inspect-brk=127.0.0.1:0", "main.js"], { cwd: project.folder });
    let [out, said] = ["", ""];
    child.stdout.on("data", (text) => (out += text));
    const url = await new Promise<string>((resolve) =>
      child.stderr.on("data", (text) => {
        said += text;
        const found = /ws:\S+/.exec(said);
        if (found) resolve(found[0]);
      }),
    );
    const socket = new WebSocket(url);
    await new Promise((resolve) => socket.addEventListener("open", resolve));
    let id = 0;
    const send = (method: string, params = {}) => socket.send(JSON.stringify({ id: ++id, method, params }));
    const pauses: string[] = [];
    socket.addEventListener("message", ({ data }) => {
      const { method, params } = JSON.parse(String(data));
      if (method === "Debugger.paused") {
        pauses.push(params.reason);
        send("Debugger.resume");
      }
      // Node waits for its debuggers to leave.
      if (method === "NodeRuntime.waitingForDisconnect" || method === "Runtime.executionContextDestroyed")
        socket.close();
    });
    for (const method of ["NodeRuntime.enable", "Runtime.enable", "Debugger.enable"]) send(method);
    send("NodeRuntime.notifyWhenWaitingForDisconnect", { enabled: true });
    send("Debugger.setPauseOnExceptions", { state: "all" });
    send("Runtime.runIfWaitingForDebugger");
    const code = await new Promise((resolve) => child.on("close", resolve));
    assert.equal(code, 0, said);
    assert.equal(out, RESULT);
    assert.ok(pauses.length > 0, "it stops at the first line");
  });

  test("with --permission and --allow-inspector", {
    skip: major < 24 && "the inspector can't be allowed there",
  }, async () => {
    const nodeArgs = ["--permission", "--allow-worker", "--allow-fs-read=*", "--allow-inspector"];
    await prints("main.js", RESULT, { nodeArgs: [...nodeArgs, "--no-warnings"] });
  });

  test("in workers of the program's own", async () =>
    assert.equal(await prints("in-worker.js", "[[1,2],[1,2]]\n"), ""));

  test("in a cluster", async () => assert.equal(await prints("in-cluster.js", "1 41\n"), ""));

  test("in a forked process", async () => assert.equal(await prints("forked.js", "1 1\n"), ""));

  test("in two copies of the library, which refuse each other's objects by name", async () => {
    const copy = path.join(project.folder, "copy");
    mkdirSync(copy);
    cpSync(path.join(project.folder, "node_modules", "threadkit"), path.join(copy, "threadkit"), {
      recursive: true,
    });
    const { stdout } = await project.node("copies.js", { nodeArgs: ["--no-warnings"] });
    const [values, refusal] = stdout.split("\n");
    assert.equal(values, "1 1");
    assert.match(
      refusal,
      /^CaptureError cannot send captured 'theirs' \(copies\.js:\d+:\d+\) to a thread: it is a SharedInt32 of another copy of threadkit\. Load one copy/,
    );
  });
});
