/** The runtime as models see it: threads may block, and spinning never pays, since that would be many schedules alike. */
export const canBlock = () => true;
export const processors = () => 1;
export const holdProcess = () => {};
export const releaseProcess = () => {};
export const nativeThreadId = () => undefined;
export const onExit = () => {};
export const followsTasks = () => true;
export const beginTask = () => 1;
export const endTask = () => {};
export const inTask = () => false;
export const aroundTask = () => false;
export const taskPromise = () => Promise.reject(new Error("models don't await"));
export const environment = () => undefined;
