// Serves a folder where nginx is not installed: whole files, ranges, folders as lists of links.
import { createReadStream, readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { join, normalize } from 'node:path';
import { argv } from 'node:process';
import { pipeline } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';

const { root, httpPort, httpsPort, tls, bytesPerSecond } = JSON.parse(argv[2]);
let requests = 0;

async function answer(request, response) {
  requests += 1;
  const { pathname } = new URL(request.url, 'http://localhost');
  const path = join(root, normalize(decodeURIComponent(pathname)));
  if (pathname === '/bench-status') response.end(`Active connections: 1\nserver accepts handled requests\n 1 1 ${requests}\n`);
  else if ((await stat(path)).isDirectory()) response.setHeader('content-type', 'text/html').end(await linksIn(path));
  else await sendFile(path, request, response);
}

async function linksIn(path) {
  const entries = await readdir(path, { withFileTypes: true });
  const links = entries.map((entry) => `${encodeURIComponent(entry.name)}${entry.isDirectory() ? '/' : ''}`);
  return links.map((link) => `<a href="${link}">${link}</a>\n`).join('');
}

async function sendFile(path, request, response) {
  const { size } = await stat(path);
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const start = Number(first ?? 0);
  const end = Math.min(last === undefined || last === '' ? size - 1 : Number(last), size - 1);
  const range = first === undefined ? {} : { 'content-range': `bytes ${start}-${end}/${size}` };
  response.writeHead(first === undefined ? 200 : 206, { 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes', 'content-length': end - start + 1, ...range });
  if (request.method === 'HEAD' || size === 0) response.end();
  else pipeline(createReadStream(path, { start, end, highWaterMark: 2 ** 20 }), bounded, response, () => undefined);
}

/** No more than a connection may bring. */
async function* bounded(chunks) {
  const startedMs = performance.now();
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    const dueMs = bytesPerSecond === undefined ? 0 : startedMs + (bytes * 1000) / bytesPerSecond - performance.now();
    if (dueMs > 0) await wait(dueMs);
    yield chunk;
  }
}

const listener = (request, response) => void answer(request, response).catch(() => response.writeHead(404).end());
createHttpServer(listener).listen(httpPort, '127.0.0.1');
if (tls !== undefined) createHttpsServer({ cert: readFileSync(tls.certificate), key: readFileSync(tls.key) }, listener).listen(httpsPort, '127.0.0.1');
