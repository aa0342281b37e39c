import path from "node:path";
import threadkit from "threadkit/webpack";

// Here `next` is installed one folder further up than the project.
const root = path.dirname(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname));

/** @type {import("next").NextConfig} */
const config = {
  // Workers load the package's own files: it stays outside of the bundle.
  serverExternalPackages: ["threadkit"],
  experimental: { serverSourceMaps: true },
  outputFileTracingRoot: root,
  turbopack: { root },
};

/** For `next build --webpack`. */
const withPlugin = {
  webpack(settings, { nextRuntime }) {
    if (nextRuntime === "nodejs") settings.plugins.push(threadkit());
    return settings;
  },
};

export default process.argv.includes("--webpack") ? { ...config, ...withPlugin } : config;
