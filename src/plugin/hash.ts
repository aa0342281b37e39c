/** Names a text: in file names and addresses, which change when it does. */
import { createHash } from "node:crypto";

export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 10);
}
