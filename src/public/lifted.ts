/** For code that a build tool or a loader hook has lifted; nobody writes it by hand. */
export { lifted, named } from "../capture/lifted.ts";
