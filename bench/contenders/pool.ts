/** `pool.mjs <rival> <shape>`: one rival under one shape of load. */
import { POOLS } from "../pools/rivals.ts";
import { SHAPES } from "../pools/shapes.ts";
import { serve } from "./protocol.ts";

const [rival, shape] = process.argv.slice(2);
const run = await POOLS[rival]();
for (let i = 0; i < 100; i++) await run(i); // its workers are there
await serve(() => SHAPES[shape](run));
