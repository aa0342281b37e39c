/** Operations of models, besides those of `Atomics`. The transform gives them their meaning. */

/** Does nothing; another thread may run before it. */
export function step(): void {
  outside();
}

/** Lets time pass, in milliseconds of the model. */
export function tick(_ms: number): void {
  outside();
}

function outside(): never {
  throw new Error("this runs in models only");
}
