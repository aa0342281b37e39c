/** The half of the library that packs what leaves, loaded when it is first needed. */
type Outgoing = typeof import("../capture/outgoing.ts");

let load: () => Outgoing;
let loaded: Outgoing | undefined;

/** How to load it, synchronously: the package's first file says so. */
export function setOutgoing(loader: () => Outgoing): void {
  load = loader;
}

export function outgoing(): Outgoing {
  return (loaded ??= load());
}
