/** The documentation is complete: each error code and each class has its place, and links lead somewhere. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import * as threadkit from "threadkit";
import { root } from "./harness/child.ts";

const docs = path.join(root, "docs");
const read = (name: string) => readFileSync(path.join(docs, name), "utf8");

function sources(): string[] {
  return readdirSync(path.join(root, "src"), { recursive: true })
    .filter((name) => String(name).endsWith(".ts"))
    .map((name) => readFileSync(path.join(root, "src", String(name)), "utf8"));
}

/** Written like codes, but none of errors. */
const NO_CODES = /^(ALL_COMPLETED|FIRST_(COMPLETED|EXCEPTION)|(ERR|THREADKIT|NODE|TSX)_.*)$/;
const IN_ERRORS_MD_TOO = ["THREADKIT_COPIED"];

test("docs/errors.md has one section for each error code, with cause and cure", () => {
  const codes = new Set(IN_ERRORS_MD_TOO);
  for (const text of sources())
    for (const [, code] of text.matchAll(/"([A-Z]+(?:_[A-Z]+)+)"/g))
      if (!NO_CODES.test(code)) codes.add(code);
  const sections = read("errors.md")
    .split(/^### /m)
    .slice(1)
    .map((section) => ({ code: section.split("\n", 1)[0], section: section.split(/^## /m)[0] }));
  assert.deepEqual(sections.map(({ code }) => code).sort(), [...codes].sort());
  for (const { code, section } of sections)
    if (!IN_ERRORS_MD_TOO.includes(code))
      assert.match(
        section,
        /Cause(:| and cure)[\s\S]*(Cure:|as the\s+message\s+says|as for)/,
        `${code} tells both`,
      );
});

test("docs/README.md lists every page and every class", () => {
  const index = read("README.md");
  for (const page of readdirSync(docs).filter((name) => name.endsWith(".md") && name !== "README.md"))
    assert.ok(index.includes(`](${page})`), `${page} is not listed`);
  for (const [name, value] of Object.entries(threadkit)) {
    if (!/^[A-Z]/.test(name) || typeof value !== "function" || name.endsWith("Error")) continue;
    assert.match(index, new RegExp(`\`${name}\``), `${name} is not listed`);
  }
});

test("links of the documentation lead to files and headings that exist", () => {
  const anchor = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-");
  const pages = ["../README.md", ...readdirSync(docs).filter((name) => name.endsWith(".md"))];
  for (const page of pages) {
    const text = read(page).replace(/^```[\s\S]*?^```/gm, "");
    for (const [, target, fragment] of text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)) {
      const file = target === "" ? path.join(docs, page) : path.join(docs, path.dirname(page), target);
      assert.ok(existsSync(file), `${page} leads to ${target}, which is not there`);
      if (fragment === undefined) continue;
      const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
        anchor(heading),
      );
      assert.ok(headings.includes(fragment), `${page}: ${target}#${fragment} is no heading`);
    }
  }
});
