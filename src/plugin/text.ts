/** The texts that the lift makes: what stands around a function in its module, and the units of a slice. */
import MagicString, { Bundle } from "magic-string";
import type { Syntax } from "../capture/syntax/scopes.ts";
import type { Module } from "./module.ts";
import type { Foreign, Own } from "./unit.ts";

/** What the lift puts into a text: `open` where a range begins, `close` behind its end, or both in its place. */
interface Change {
  readonly start: number;
  readonly end: number;
  readonly open?: string;
  readonly close?: string;
  readonly replace?: string;
  /** Whose text is changed around, not in it. */
  readonly around?: Own;
}

/** A class of errors and what all threads call it. */
interface Named {
  readonly node: Syntax;
  readonly id: string;
}

export class Writer {
  /** Of the names that the lift adds; no name in the module begins so. */
  readonly prefix: string;
  readonly #module: Module;
  readonly #own: readonly Own[];
  readonly #foreign: readonly Foreign[];

  readonly #named: readonly Named[];

  constructor(module: Module, own: readonly Own[], foreign: readonly Foreign[], named: readonly Named[]) {
    this.#named = named;
    this.#module = module;
    this.#own = own;
    this.#foreign = foreign;
    let prefix = "$tk";
    while (module.text.includes(prefix)) prefix += "$";
    this.prefix = prefix;
  }

  /** The module with everything noted where it stands. `url`: an expression for the URL of the slice. */
  main(url: string): MagicString {
    const text = new MagicString(this.#module.text);
    apply(
      text,
      this.#changes((name) => name),
    );
    const top = this.#own
      .filter((own) => own.form === "function" && this.#bodyOf(own) === 0)
      .map((own) => this.#note(own, own.node.id.name, (name) => name));
    for (const { node, id } of this.#named)
      text.appendLeft(node.end, `;${this.prefix}Named(${node.id.name},${JSON.stringify(id)});`);
    const names = this.#named.length > 0 ? `import{named as ${this.prefix}Named}from"threadkit/lifted";` : "";
    const head = this.#own.length + this.#foreign.length > 0 ? this.#head(url) : "";
    const at = this.#top();
    text.appendLeft(at, `${at > 0 ? ";" : ""}${names}${head}${top.join("")}`);
    return text;
  }

  #head(url: string): string {
    const { prefix } = this;
    const units: unknown[] = [];
    for (const unit of [...this.#own, ...this.#foreign]) units[unit.index] = unit.told;
    return (
      `import{lifted as ${prefix}}from"threadkit/lifted";` +
      `function ${prefix}Slice(){return ${prefix}Slice.made??={url:${url},units:${JSON.stringify(units)}}}`
    );
  }

  /** Behind a hashbang and directives. */
  #top(): number {
    const [first] = this.#module.program.body as Syntax[];
    let at = /^#!.*\n/.exec(this.#module.text)?.[0].length ?? 0;
    if (first?.directive === undefined) return at;
    for (const statement of this.#module.program.body as Syntax[]) {
      if (statement.directive === undefined) break;
      at = statement.end;
    }
    return at;
  }

  /** Offset at which the block begins that a function is declared in; 0: the module. */
  #bodyOf({ node }: Own): number {
    let parent = this.#module.parentOf(node);
    if (parent?.type.startsWith("Export")) parent = undefined;
    if (!parent || parent === this.#module.program) return 0;
    if (parent.type !== "BlockStatement") return -1;
    let at = parent.start + 1;
    for (const statement of parent.body as Syntax[]) {
      if (statement.directive === undefined) break;
      at = statement.end;
    }
    return at;
  }

  /** The call that notes a function. */
  #note(own: Own, fn: string, read: (name: string) => string): string {
    return `${this.prefix}(${fn}${this.#reading(own, read)});`;
  }

  #reading({ index, names, imports, told }: Own, read: (name: string) => string): string {
    const parts = [`${this.prefix}Slice`, String(index)];
    if (!told.refusal && names.length + imports.length > 0) {
      parts.push(names.length > 0 ? `()=>[${names.join()}]` : "void 0");
      if (imports.length > 0) parts.push(`()=>[${imports.map(({ name }) => read(name)).join()}]`);
    }
    return `,${parts.join()}`;
  }

  /** How every lifted function is noted. `read`: how an imported name is read. */
  #changes(read: (name: string) => string): Change[] {
    const changes: Change[] = [];
    const { prefix } = this;
    for (const own of this.#own) {
      const { node, form, info, told } = own;
      const reading = this.#reading(own, read);
      const key = JSON.stringify(told.name);
      if (form === "class") {
        const close = `;${prefix}(${node.id.name}${reading});`;
        changes.push({ start: node.end, end: node.end, open: "", close, around: own });
      } else if (form === "function") {
        const at = this.#bodyOf(own);
        const note = `${prefix}(${node.id.name}${reading});`;
        if (at > 0) changes.push({ start: at, end: at, close: note, around: own });
        else if (at < 0) changes.push({ start: node.end, end: node.end, close: `;${note}`, around: own });
      } else if (form === "method") {
        const { start, end } = info.member!;
        const open = `${key}:/* @__PURE__ */${prefix}({`;
        changes.push({ start, end, open, close: `}[${key}]${reading})`, around: own });
      } else {
        const isNamed = !node.id && told.name && told.name !== "__proto__" && !told.name.startsWith("#");
        const [before, after] = isNamed ? [`{${key}:`, `}[${key}]`] : ["", ""];
        const open = `/* @__PURE__ */${prefix}(${before}`;
        changes.push({ start: node.start, end: node.end, open, close: `${after}${reading})`, around: own });
      }
    }
    for (const { sites, text, index } of this.#foreign)
      for (const site of sites) {
        const key = this.#module.analysis.shorthand.has(site) ? `${text}:` : "";
        const call = `${prefix}(${foreignText(this.#module, site, read)},${prefix}Slice,${index},null)`;
        changes.push({ start: site.start, end: site.end, replace: key + call });
      }
    return changes;
  }

  /** The slice. Its source map leads to the module's own text, whose file is `file`. */
  slice(file: string): Bundle {
    const { prefix } = this;
    const slice = new Bundle({ separator: "" });
    const add = (piece: string | MagicString) =>
      slice.addSource(
        typeof piece === "string" ? new MagicString(piece) : { filename: file, content: piece },
      );
    add(`${this.#importsOfSlice()}let ${prefix}Url;export const at=(url)=>{${prefix}Url=url};`);
    if (this.#isNested()) add(this.#head(`${prefix}Url`));
    for (const own of this.#own) if (!own.told.refusal) for (const piece of this.#unit(own)) add(piece);
    for (const { index, text } of this.#foreign)
      add(`\nexport const u${index}={make:()=>[${text},()=>{},()=>{}]};`);
    add("\n");
    return slice;
  }

  /** Does lifted code note functions? */
  #isNested(): boolean {
    const inner = [...this.#own.map(({ node }) => node), ...this.#foreign.flatMap(({ sites }) => sites)];
    return inner.some((node) =>
      this.#own.some((own) => own.node.start < node.start && node.end <= own.node.end),
    );
  }

  #importsOfSlice(): string {
    const lines = new Map<string, string>();
    const all = [
      ...this.#own.filter(({ told }) => !told.refusal).flatMap(({ imports }) => imports),
      ...this.#foreign.map(({ root }) => root),
    ];
    for (const { name, origin } of all) {
      const { specifier, name: imported, attributes } = origin;
      const what = imported === "*" ? `*as ${name}` : `{${exportName(imported)} as ${name}}`;
      const tail = attributes ? `with${JSON.stringify(attributes)}` : "";
      lines.set(name, `import ${what} from${JSON.stringify(specifier)}${tail};`);
    }
    return [...lines.values()].join("");
  }

  #unit(own: Own): (string | MagicString)[] {
    const { index, imports, base } = own;
    const through = `${this.prefix}i`;
    const pieces = [`\nexport const u${index}={make(){`, ...this.#instance(own, undefined), "}"];
    if (imports.length > 0 || base) {
      const getters = imports.map(({ name }) => `get ${name}(){return ${name}}`);
      pieces.push(`,imports:()=>({${getters.join()}}),makeWith(${through}){`);
      pieces.push(...this.#instance(own, through), "}");
    }
    return [...pieces, "};"];
  }

  /** `through`: the object that imports are read from. */
  #instance(own: Own, through: string | undefined): (string | MagicString)[] {
    const { names, info, form, told } = own;
    const { prefix } = this;
    const variables = names.length > 0 ? `let ${names.join()};` : "";
    const [open, close] = form === "method" ? ["({", `})[${JSON.stringify(told.name)}]`] : ["(", ")"];
    const cases = names.map((name, i) => `case ${i}:${name}=${prefix}v;break;`).join("");
    const set = names.length > 0 ? `(${prefix}n,${prefix}v)=>{switch(${prefix}n){${cases}}}` : "()=>{}";
    const values = names.map((_, i) => `${prefix}${i}`);
    const fill = `(${values.join()})=>{${names.map((name, i) => `${name}=${values[i]}`).join(";")}}`;
    return [
      `${variables}return[${info.isClass ? "()=>" : ""}${open}`,
      this.#code(own, through),
      `${close},${set},${fill}];`,
    ];
  }

  #code(own: Own, through: string | undefined): MagicString {
    const { node, form, info, imports, cuts, base } = own;
    const sites = new Set(this.#foreign.flatMap((foreign) => foreign.sites));
    const names = new Set(imports.map(({ name }) => name));
    const read = (name: string) => (through && names.has(name) ? `(0,${through}.${name})` : name);
    const { start, end } = form === "method" ? info.member! : node;
    const isInside = (change: Change) =>
      change.around !== own && change.start >= start && change.end <= end && !(change.start === end);
    const changes = this.#changes(read).filter(isInside);
    for (const cut of cuts) changes.push({ start: cut.start, end: cut.end, replace: cut.text });
    if (through) {
      for (const { name, reads } of imports)
        for (const id of reads) {
          if (sites.has(id)) continue;
          const key = this.#module.analysis.shorthand.has(id) ? `${name}:` : "";
          changes.push({ start: id.start, end: id.end, replace: key + read(name) });
        }
      if (base)
        changes.push({
          start: base.start,
          end: base.end,
          open: `("extends"in ${through}?${through}.extends:`,
          close: ")",
        });
    }
    const text = new MagicString(this.#module.text);
    apply(text, changes);
    text.remove(0, start);
    text.remove(end, this.#module.text.length);
    return text;
  }
}

function foreignText(module: Module, site: Syntax, read: (name: string) => string): string {
  if (site.type === "Identifier") return read(site.name);
  return foreignText(module, site.object, read) + module.text.slice(site.object.end, site.end);
}

function exportName(name: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name);
}

/** From the inside to the outside, so that what closes an inner range stands before what closes the outer one. */
function apply(text: MagicString, changes: readonly Change[]): void {
  const replaced = changes.filter(({ replace }) => replace !== undefined);
  const isGone = ({ start, end }: Change) =>
    replaced.some(
      (other) => other.start <= start && end <= other.end && end - start < other.end - other.start,
    );
  const kept = changes.filter((change) => !isGone(change));
  for (const { start, end, open, close, replace } of [...kept].sort(
    (a, b) => b.start - a.start || a.end - b.end,
  )) {
    if (replace !== undefined) text.overwrite(start, end, replace);
    else {
      if (open) text.prependRight(start, open);
      if (close) text.appendLeft(end, close);
    }
  }
}
