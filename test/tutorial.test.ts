/** The programs of examples/ that say what they print. */
import { testPrograms } from "./harness/programs.ts";

testPrograms(
  "tutorial",
  "bank-account barrier daemon event join lifecycle producer-consumer queue race rlock semaphore shared-struct thread-local timer",
);
testPrograms("pool", "downloads hash-files mandelbrot nested streaming");
