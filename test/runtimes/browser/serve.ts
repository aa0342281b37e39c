/** A tiny static server for the tests in a browser. The first step of a path says which headers go with the file. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";

/** What shared memory needs. */
export const ISOLATED: Readonly<Record<string, string>> = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

const HEADERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  isolated: ISOLATED,
  plain: {},
  csp: {
    ...ISOLATED,
    "content-security-policy":
      "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; connect-src 'self'",
  },
  "no-workers": {
    ...ISOLATED,
    "content-security-policy": "script-src 'self'; worker-src 'none'",
  },
};

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".ts": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".map": "application/json",
};

export interface Site {
  /** Address of a file under one of the sets of headers. */
  url(headers: keyof typeof HEADERS | string, file: string): string;
  close(): Promise<void>;
}

/** Serves what `read` knows. `x.html` is a page that loads `x.js`, unless there is such a file. */
export async function serve(read: (file: string) => string | Uint8Array | undefined): Promise<Site> {
  const server: Server = createServer((request, response) => {
    const [, headers, ...steps] = decodeURIComponent(
      new URL(request.url ?? "/", "http://localhost").pathname,
    ).split("/");
    const file = steps.join("/");
    const body = read(file) ?? standIn(file);
    if (body === undefined || HEADERS[headers] === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "content-type": TYPES[path.extname(file)] ?? "application/octet-stream",
      "cache-control": "no-store",
      ...HEADERS[headers],
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (headers, file) => `http://localhost:${port}/${headers}/${file}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function standIn(file: string): string | undefined {
  if (file.endsWith("favicon.ico")) return "";
  if (!file.endsWith(".html")) return undefined;
  return `<!doctype html><title>${file}</title><script type="module" src="${file.split("/").pop()?.replace(/html$/, "ts")}"></script>`;
}
