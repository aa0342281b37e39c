import { Lock } from "threadkit";
import { contend } from "./contended.ts";

await contend(new Lock());
