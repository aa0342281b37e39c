/** For code that a build tool or a loader hook has lifted; nobody writes it by hand. */
export { lifted } from "../capture/lifted.ts";
