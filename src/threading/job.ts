/** A thread on its way to a carrier. */
import type { ResourceLimits } from "../host/host.ts";

export interface Job {
  /** Control block of the thread. */
  readonly thread: number;
  /** What it runs. */
  readonly message: number;
  readonly extras: readonly unknown[];
  /** Those of them that move. */
  readonly moves: readonly unknown[];
  readonly resourceLimits?: ResourceLimits;
}
