import { SharedStruct } from "threadkit";
import { perRound, serve } from "./protocol.ts";

class Point extends SharedStruct({ x: "float64", n: "int32" }) {}
const point = new Point();
await serve(() =>
  perRound(200_000, (count) => {
    for (let i = 0; i < count; i++) {
      point.n += 1;
      point.x += 0.5;
    }
  }),
);
