/** In the place of incoming/origins.ts: classes of errors are known by the name that a build tool gave them. */
import type { OriginFinder } from "../../transfer/error-classes.ts";
import { classNamed, idOfClass } from "../lifted.ts";

export const origins: OriginFinder = {
  originOf(cls) {
    const id = typeof cls === "function" ? idOfClass(cls) : undefined;
    return id === undefined ? undefined : `lifted\n${id}`;
  },
  classOf(origin) {
    const [kind, id] = origin.split("\n");
    return kind === "lifted" ? classNamed(id) : undefined;
  },
};
