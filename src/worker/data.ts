/** data.cjs, the part of the library with containers, structs and queues: see memory/parts.ts. */
import { knownExports } from "../capture/library.ts";
import { partLoaded } from "../memory/parts.ts";
import * as face from "../public/data.ts";

knownExports(face);
partLoaded("data");

export * from "../public/data.ts";
