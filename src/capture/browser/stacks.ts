/** In the place of source/stacks.ts: the browser's own source maps do it. */
export const tellOriginal = (_error: unknown): void => {};
