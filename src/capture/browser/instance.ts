/** In the place of incoming/instance.ts: all code comes in slices that a build tool has made. */
export { fromSlice as instantiate } from "../incoming/slice.ts";
