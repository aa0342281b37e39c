/** `console` and the standard streams of a thread: at once, whatever main's event loop does. */
import { installConsole } from "#host";
import { writeOut } from "../threading/output.ts";

export function installOutput(): void {
  installConsole(writeOut);
}
