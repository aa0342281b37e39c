// Node 20 has no hooks of tsx in workers, so this plain file sets them up.
if (!process.features.typescript && Number.parseInt(process.versions.node, 10) < 22) {
  const { register } = await import("tsx/esm/api");
  register();
}
await import("./worker.ts");
