/** In the place of source/position.ts: a build tool names files as people do, and has counted the lines. */
export const fileName = (file: string): string => file;
export const placeOf = (): string => "";
