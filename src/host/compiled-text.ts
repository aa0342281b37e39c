/** The text that Bun or Deno made of a file. What they run is not the file with its types blanked. */
import { bunText } from "./bun-text.ts";
import { denoText } from "./deno-text.ts";

export function compiledText(path: string): string | undefined {
  return "bun" in process.versions ? bunText(path) : denoText(path);
}
