/** `pool-memory.mjs <rival>`: MiB of the process after a burst. */
import { POOLS } from "../pools/rivals.ts";
import { SHAPES } from "../pools/shapes.ts";

const run = await POOLS[process.argv[2]]();
for (let i = 0; i < 100; i++) await run(i);
await SHAPES.burst(run);
console.log(process.memoryUsage().rss / 2 ** 20);
process.exit(0);
