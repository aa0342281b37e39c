import { basename } from "node:path";
import * as shelf from "./shelf.ts";

export enum Currency {
  Euro = "EUR",
  Pound = "GBP",
}

/** Imports each other: what the other one exports is there when it is called. */
export const onShelf = (): string => shelf.label(basename("/shelf/tea"));
export * as shelves from "./shelf.ts";
export { type Labelled, Shelf as default } from "./shelf.ts";
