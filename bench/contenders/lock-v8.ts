import { Mutex } from "../rivals/v8.ts";
import { perRound, serve } from "./protocol.ts";

const mutex = new Mutex();
const nothing = () => {}; // its only form takes a function
await serve(() =>
  perRound(200_000, (count) => {
    for (let i = 0; i < count; i++) Mutex.lock(mutex, nothing);
  }),
);
