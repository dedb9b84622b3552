import { createServer } from 'node:http';

/** Serves one function on loopback, counts its requests, and tells them to the process that started this one. */
export async function serve(answer) {
  let count = 0;
  const server = createServer((request, response) => {
    count += 1;
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => answer(new URL(request.url, 'http://127.0.0.1'), Buffer.concat(chunks), response, request));
  });
  server.keepAliveTimeout = 60_000;
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.on('disconnect', () => process.exit(0));
  process.on('message', () => {
    process.send(count);
    count = 0;
  });
  return `http://127.0.0.1:${server.address().port}`;
}

export function sendJson(response, value) {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length }).end(body);
}
