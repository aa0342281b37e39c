/** `node --import threadkit/register`: the files as they are written, without the inspector and without a build. */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { captured, root, runFile } from "../harness/child.ts";
import { entry, runsRight, WITHOUT_INSPECTOR } from "./expect.ts";

const [major, minor] = process.versions.node.split(".").map(Number);
const hasHooks = major > 22 || (major === 22 && minor >= 15);
const nodeArgs = [...WITHOUT_INSPECTOR, "--import", path.join(root, "dist", "register.js")];

test("files run as they are written", { skip: !hasHooks && "Node has no module.registerHooks" }, () =>
  runsRight(entry, { nodeArgs: [...nodeArgs, "--experimental-transform-types"] }),
);

test("a Node without hooks is told so", { skip: hasHooks && "this Node has them" }, async () => {
  const result = await runFile(entry, { nodeArgs });
  assert.notEqual(result.code, 0, captured(result));
  assert.match(
    result.stderr,
    /cannot lift functions while files are loaded: Node \S+ has no module\.registerHooks\. Use/,
  );
});
