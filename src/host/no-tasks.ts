/** Async tasks where the runtime can't tell them apart: each is known by its id only, and code belongs to none. */
import type { Host } from "./host.ts";

let serial = 0;
const live = new Set<number>();

export const followsTasks: Host["followsTasks"] = () => false;
export const beginTask: Host["beginTask"] = () => {
  live.add(++serial);
  return serial;
};
export const taskPromise: Host["taskPromise"] = (_task, executor) => new Promise(executor);
export const endTask: Host["endTask"] = (task) => void live.delete(task);
export const inTask: Host["inTask"] = () => false;
export const aroundTask: Host["aroundTask"] = () => true;
export const liveTasks: Host["liveTasks"] = () => live.size;
