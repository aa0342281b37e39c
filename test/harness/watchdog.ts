/**
 * For test files that run threads in their own process: a hang prints the state of threadkit and ends the process
 * instead of timing out silently. Import it before "threadkit".
 */
import { WATCHDOG } from "./delays.ts";

process.env.THREADKIT_DUMP_AFTER ??= String(WATCHDOG);
