/** The way from the label to the value being written, kept so that it costs two stores a step and no strings. */

/** A property by its key, or an item by its index. */
export const STEP_KEY = 0;
export const STEP_MAP_KEY = 1;
export const STEP_MAP_VALUE = 2;
export const STEP_ITEM = 3;
/** A captured value: its label takes the place of the way to it. */
export const STEP_CAPTURE = 4;

/** Paths longer than this are cut in the middle. */
const LONGEST = 200;

/** Steps kept for the next message, as growing the list again would cost more than a small message. */
const KEPT = 64;

let identifier: RegExp | undefined;
/** Made when needed: as a literal its Unicode sets would be built in every worker, 0.6 ms of its start. */
const isIdentifier = (key: string) => (identifier ??= /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u).test(key);

/** The place at the end of a capture's label: "captured 'cfg' (demo.ts:3:9)". */
const PLACE = / \([^()]*:\d+(?::\d+)?\)$/;

/** A path in two parts, as steps go before the place: "captured 'cfg'.a (demo.ts:3:9)". */
export interface Path {
  readonly way: string;
  readonly place: string;
}

export class Trail {
  readonly kinds: number[] = [];
  /** What each step is: a key, an index, the primitive key of a map entry. Containers store here directly. */
  readonly at: unknown[] = [];
  depth = 0;
  /** The way to the first step: the label, or the path of an object whose contents come later. */
  root: Path | string = "";
  /** Steps below this belong to `root` already. */
  base = 0;

  reset(label: string): void {
    // Splitting the label costs more than a small message: refusals do it.
    this.depth = 0;
    this.base = 0;
    this.root = label;
    if (this.at.length > KEPT) this.at.length = 0;
  }

  /** Opens a level and returns where its steps go in `at`. */
  enter(kind: number): number {
    this.kinds[this.depth] = kind;
    return this.depth++;
  }

  path(): Path {
    let { way, place } = typeof this.root === "string" ? split(this.root) : this.root;
    for (let i = this.base; i < this.depth; i++) {
      if (this.kinds[i] === STEP_CAPTURE) ({ way, place } = split(String(this.at[i])));
      else way += step(this.kinds[i], this.at[i]);
    }
    return { way: way.startsWith(".") ? way.slice(1) : way, place }; // an empty label: the first key is the name
  }

  toString(): string {
    const { way, place } = this.path();
    const short = way.length > LONGEST ? `${way.slice(0, LONGEST / 2)}…${way.slice(-LONGEST / 2)}` : way;
    return short + place;
  }
}

function split(label: string): Path {
  const place = PLACE.exec(label)?.[0] ?? "";
  return { way: label.slice(0, label.length - place.length), place };
}

function step(kind: number, at: unknown): string {
  switch (kind) {
    case STEP_KEY:
      if (typeof at === "number") return `[${at}]`;
      return isIdentifier(String(at)) ? `.${at}` : `[${JSON.stringify(at)}]`;
    case STEP_MAP_KEY:
      return `.keys()[${at}]`;
    case STEP_MAP_VALUE:
      if (typeof at === "string") return `.get(${JSON.stringify(at)})`;
      return typeof at === "object" && at !== null ? ".get(an object)" : `.get(${String(at)})`;
    default:
      return `.values()[${at}]`;
  }
}
