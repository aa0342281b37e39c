// A value under one key of its shared JSON, behind its mutex as its documentation has it.
import { Mutex, SharedJsonBuffer } from "multithreading";
import { perRound, serve } from "./protocol.ts";

const keys = Array.from({ length: 1000 }, (_, i) => `user:${i}`);
const mutex = new Mutex(new SharedJsonBuffer(Object.fromEntries(keys.map((key, i) => [key, i]))));
await serve(() =>
  perRound(500, (count) => {
    for (let i = 0; i < count; i++) {
      const guard = mutex.blockingLock();
      guard.value[keys[i % 1000]] = i;
      guard.dispose();
    }
  }),
);
