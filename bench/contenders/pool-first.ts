/** `pool-first.mjs <rival>`: a process of its own for each sample; the first result of a cold pool. */
import { POOLS } from "../pools/rivals.ts";

const run = await POOLS[process.argv[2]]();
console.log(await run(1));
process.exit(0); // most of them would hold the process
