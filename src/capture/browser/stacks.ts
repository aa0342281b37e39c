/** In the place of source/stacks.ts: the browser's own source maps do it. */
export const tellOriginal = (_error: unknown): void => {};
/** The browser shows it with the error. */
export const callerStack = (): string | undefined => undefined;
