import { RLock } from "threadkit";
import { contend } from "./contended.ts";

await contend(new RLock());
