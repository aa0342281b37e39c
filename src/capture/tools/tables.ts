/** Tables of modules that a tool compiled, as they go to threads: see vite.ts, jest.ts and running.ts. */
import { storeText } from "../../memory/text.ts";

/** One module: what its code imports, by the names that it uses, is in the table too, or left to Node. */
export interface CompiledModule {
  /** Text block with the code. */
  readonly code: number;
  /** Text block with its source map, where the code does not hold it. */
  readonly map?: number;
  readonly file: string;
  readonly imports: Readonly<Record<string, { readonly id: string } | { readonly external: string }>>;
  readonly isCommonJs?: boolean;
}
export type CompiledModules = Readonly<Record<string, CompiledModule>>;

/** How a thread imports a module: `modules` is the text block with its table; without, Node loads it. */
export interface ToolOrigin {
  readonly specifier: string;
  readonly modules?: number;
}

/** How a thread finds what a module exports. */
export interface ExportOrigin extends ToolOrigin {
  readonly type: "import" | "require";
  readonly file: string;
  readonly name: string;
}

/** Text blocks by what they hold. Never given back: a thread may ask for them at any time. */
const texts = new Map<string, number>();

export function blockOf(text: string): number {
  let at = texts.get(text);
  if (at === undefined) texts.set(text, (at = storeText(text)));
  return at;
}
