/** `node --import threadkit/register app.ts`: threads without the inspector, and without a build. */
import { createRequire } from "node:module";
import { type Lifter, register } from "../plugin/register.ts";

const load = createRequire(import.meta.url);
let lifter: Lifter | undefined;
register(new URL(".", import.meta.url).href, () => (lifter ??= load("./plugin/all.cjs") as Lifter));
