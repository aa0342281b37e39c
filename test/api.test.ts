/**
 * The public surface, as the generator of docs/api reads it off the declarations: all of it is documented, each wait has
 * its two forms, and docs/api says what the doc comments say.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { root } from "./harness/child.ts";

interface Text {
  readonly text: string;
}
interface Comment {
  readonly summary: readonly Text[];
  readonly blockTags?: readonly { readonly tag: string; readonly content: readonly Text[] }[];
}
interface Type {
  readonly type: string;
  readonly name?: string;
  readonly types?: readonly Type[];
  readonly declaration?: Reflection;
}
interface Reflection {
  readonly name: string;
  readonly kind: number;
  readonly comment?: Comment;
  readonly children?: readonly Reflection[];
  readonly signatures?: readonly Reflection[];
  readonly getSignature?: Reflection;
  readonly setSignature?: Reflection;
  readonly parameters?: readonly Reflection[];
  readonly type?: Type;
  readonly extendedTypes?: readonly Type[];
}

/** ReflectionKind of typedoc. */
const CLASS = 128;

const generator = path.join(root, "scripts", "api");
const made = path.join(root, ".tools", "api", String(process.pid));
const committed = path.join(root, "docs", "api");
let run: { status: number | null; said: string };
let exported: readonly Reflection[] = [];

before(() => {
  const typedoc = createRequire(path.join(generator, "package.json")).resolve("typedoc/package.json");
  const bin = path.join(path.dirname(typedoc), "bin", "typedoc");
  const args = [bin, "--out", path.join(made, "pages"), "--json", path.join(made, "api.json")];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: generator, encoding: "utf8" });
  run = { status, said: stdout + stderr };
  if (status === 0) exported = JSON.parse(readFileSync(path.join(made, "api.json"), "utf8")).children;
});
after(() => rmSync(made, { recursive: true, force: true }));

const pagesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true })
    .map((name) => String(name).replaceAll(path.sep, "/"))
    .filter((name) => name.endsWith(".md"))
    .sort();

const textOf = (parts: readonly Text[] = []): string => parts.map(({ text }) => text).join("");

function wordsOf({ comment }: Reflection): string {
  return (
    textOf(comment?.summary) + (comment?.blockTags ?? []).map(({ content }) => textOf(content)).join("\n")
  );
}

/** Every function and method, with what stands beside it: the members of its class, or all that is exported. */
function* calls(): Generator<{ owner: string; call: Reflection; beside: readonly Reflection[] }> {
  for (const one of exported) {
    if (one.signatures !== undefined) yield { owner: "", call: one, beside: exported };
    const members = one.children ?? [];
    for (const call of members) if (call.signatures) yield { owner: `${one.name}.`, call, beside: members };
  }
}

/** The names in an options object, through `A | B` and `A & B`; those of an interface too. */
function optionNames(type: Type | undefined): string[] {
  if (type === undefined) return [];
  if (type.types !== undefined) return type.types.flatMap(optionNames);
  const members = type.declaration?.children ?? exported.find(({ name }) => name === type.name)?.children;
  return members?.map(({ name }) => name) ?? [];
}

/** Problems, all at once. */
function none(found: readonly string[]): void {
  assert.deepEqual(found, [], `\n${found.join("\n")}\n`);
}

describe("the public surface", () => {
  test("each export and each public member has a doc comment, and what they mention is exported", () => {
    assert.equal(run.status, 0, run.said);
    assert.ok(exported.length > 80, "hardly anything was read");
  });

  test("docs/api is up to date: `npm run docs:api` makes it", () => {
    const pages = pagesIn(path.join(made, "pages"));
    assert.deepEqual(pagesIn(committed), pages);
    for (const page of pages)
      assert.equal(
        readFileSync(path.join(committed, page), "utf8"),
        readFileSync(path.join(made, "pages", page), "utf8"),
        `docs/api/${page} is not up to date: run npm run docs:api`,
      );
  });

  test("each class has an example; errors share that of their base", () => {
    const isClass = ({ kind, name }: Reflection) =>
      kind === CLASS || name === "ThreadLocal" || name === "SharedStruct";
    const isError = ({ extendedTypes }: Reflection) =>
      extendedTypes?.some(({ name }) => name === "ThreadkitError");
    const comments = (one: Reflection) =>
      [one, ...(one.signatures ?? [])].flatMap(({ comment }) => comment ?? []);
    const without = new Map<string, boolean>();
    for (const one of exported.filter((one) => isClass(one) && !isError(one))) {
      const has = comments(one).some(({ blockTags }) => blockTags?.some(({ tag }) => tag === "@example"));
      without.set(one.name, (without.get(one.name) ?? false) || has);
    }
    assert.ok(without.size > 20, "hardly any class was found");
    none([...without].flatMap(([name, has]) => (has ? [] : [`${name} has no example`])));
  });

  test("each class that threads share says what happens before what", () => {
    const said = /happen(s|ed) before|sequentially consistent|is as in\s+`\w+`|order nothing between threads/;
    const shared = exported.filter((one) => one.kind === CLASS && !/Error$/.test(one.name));
    assert.ok(shared.length > 20, "hardly any class was found");
    none(shared.filter((one) => !said.test(wordsOf(one))).map(({ name }) => `${name} does not say it`));
  });

  test("each code that a doc comment names is in docs/errors.md", () => {
    const errors = readFileSync(path.join(root, "docs", "errors.md"), "utf8");
    const codes = new Set<string>();
    const read = (one: Reflection): void => {
      const thrown = one.comment?.blockTags?.filter(({ tag }) => tag === "@throws") ?? [];
      for (const { content } of thrown)
        for (const [code] of textOf(content).matchAll(/\b[A-Z]+(_[A-Z]+)+\b/g)) codes.add(code);
      for (const inner of [...(one.children ?? []), ...(one.signatures ?? [])]) read(inner);
      for (const accessor of [one.getSignature, one.setSignature]) if (accessor) read(accessor);
    };
    for (const one of exported) read(one);
    assert.ok(codes.size > 20, `only ${codes.size} were found`);
    none([...codes].filter((code) => !errors.includes(`\n### ${code}\n`)));
  });

  test("what blocks names its twin, which is there, and says where it may not block", () => {
    const found: string[] = [];
    let blocking = 0;
    for (const { owner, call, beside } of calls())
      for (const signature of call.signatures ?? []) {
        const said = wordsOf(signature).replace(/\s+/g, " ");
        if (!/\bBlocks\b(?! the caller)/.test(said)) continue;
        blocking++;
        const twin = /[Tt]win: `([^`]+)`/.exec(said)?.[1];
        if (twin === undefined) found.push(`${owner}${call.name} blocks and names no twin`);
        else if (!/^(for )?await\b/.test(twin) && !beside.some(({ name }) => name === twin))
          found.push(`${owner}${call.name} names ${twin}, which is not there`);
        if (
          !/^\[/.test(call.name) &&
          !/BLOCKING_NOT_ALLOWED|like `|Otherwise like|See the lock's own/.test(said)
        )
          found.push(`${owner}${call.name} does not say what it throws where it may not block`);
      }
    assert.ok(blocking > 30, `only ${blocking} were found`);
    none(found);
  });

  test("each Async form stands beside its bare one, which says whether it blocks", () => {
    const found: string[] = [];
    let seen = 0;
    for (const { owner, call, beside } of calls()) {
      if (!call.name.endsWith("Async")) continue;
      seen++;
      const name = call.name.slice(0, -"Async".length);
      const bare = beside.find((other) => other.name === name);
      if (bare === undefined) found.push(`${owner}${call.name} has no ${name}`);
      else if (!bare.signatures?.every((signature) => /\b(Blocks|Does not block)\b/.test(wordsOf(signature))))
        found.push(`${owner}${name} does not say whether it blocks`);
    }
    assert.ok(seen > 20, `only ${seen} were found`);
    none(found);
  });

  test("a wait that takes a timeout takes a signal too in its Async form", () => {
    const found: string[] = [];
    let seen = 0;
    for (const { owner, call, beside } of calls()) {
      const optionsOf = ({ signatures }: Reflection) =>
        signatures?.flatMap(({ parameters }) =>
          (parameters ?? [])
            .filter(({ name }) => name === "options")
            .flatMap(({ type }) => optionNames(type)),
        ) ?? [];
      if (!optionsOf(call).includes("timeout") || call.name.endsWith("Async")) continue;
      const twin = beside.find(({ name }) => name === `${call.name}Async`);
      if (twin === undefined) continue;
      seen++;
      const names = optionsOf(twin);
      for (const name of ["timeout", "signal"])
        if (!names.includes(name)) found.push(`${owner}${twin.name} has no ${name}`);
    }
    assert.ok(seen > 10, `only ${seen} were found`);
    none(found);
  });

  test("parameters that are times say that they are milliseconds", () => {
    const found: string[] = [];
    let seen = 0;
    const check = (where: string, { name, comment }: Reflection) => {
      if (!/^(ms|timeout|interval|idleTimeout)$/.test(name)) return;
      seen++;
      if (!/milliseconds/i.test(textOf(comment?.summary))) found.push(`${where}${name} says no unit`);
    };
    for (const one of exported)
      for (const member of one.children ?? []) check(`${one.name}.`, member.getSignature ?? member);
    for (const { owner, call } of calls())
      for (const { parameters } of call.signatures ?? [])
        for (const parameter of parameters ?? []) {
          check(`${owner}${call.name}: `, parameter);
          for (const option of parameter.type?.declaration?.children ?? [])
            check(`${owner}${call.name}: options.`, option);
        }
    assert.ok(seen > 15, `only ${seen} were found`);
    none(found);
  });

  test("links within docs/api lead to pages and headings that exist", () => {
    const anchors = (text: string) => {
      const counts = new Map<string, number>();
      const ids = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id);
      for (const [, heading] of text.replace(/^```[\s\S]*?^```/gm, "").matchAll(/^#+ (.+)$/gm)) {
        const id = heading
          .toLowerCase()
          .replace(/[^\p{L}\p{N} _-]/gu, "")
          .replaceAll(" ", "-");
        const count = counts.get(id) ?? 0;
        counts.set(id, count + 1);
        ids.push(count === 0 ? id : `${id}-${count}`);
      }
      return ids;
    };
    const pages = new Map(
      pagesIn(committed).map((page) => [page, readFileSync(path.join(committed, page), "utf8")]),
    );
    const found: string[] = [];
    for (const [page, text] of pages)
      for (const [, target, fragment] of text
        .replace(/^```[\s\S]*?^```/gm, "")
        .matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)) {
        const to = target === "" ? page : path.posix.join(path.posix.dirname(page), target);
        if (to === "../README.md") continue;
        const there = pages.get(to);
        if (there === undefined) found.push(`${page} leads to ${target}, which is not there`);
        else if (fragment !== undefined && !anchors(there).includes(fragment))
          found.push(`${page}: ${target}#${fragment} is no heading`);
      }
    none(found);
  });
});
