/** In the place of incoming/loaders.ts: nothing has to be set up before an import. */
export const setBeforeImports = (_hook: () => void): void => {};
export const setBeforeRequires = (_hook: () => void): void => {};
