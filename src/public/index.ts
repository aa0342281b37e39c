/** threadkit: real threads that run your closures. */
export * from "./core.ts";
export * from "./data.ts";
export * from "./pools.ts";
