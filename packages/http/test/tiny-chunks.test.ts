import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { readBody } from '@filesource/core';
import { realClock } from '@filesource/testkit';
import { createHttpClient } from '../src/index.ts';

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0).reverse()) end();
});

const chunksAtOnce = 8192;
const oneByteEach = Buffer.from('1\r\nx\r\n'.repeat(chunksAtOnce));

/** An answer of so many bytes, each of them a chunk of its own. */
async function serveBytes(bytes: number): Promise<string> {
  const answer = async (socket: Socket): Promise<void> => {
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
    for (let sent = 0; sent < bytes; sent += chunksAtOnce) if (!socket.write(oneByteEach)) await once(socket, 'drain');
    socket.write('0\r\n\r\n');
  };
  const server = createServer((socket) => {
    endings.push(() => socket.destroy());
    socket.on('error', () => undefined);
    socket.once('data', () => void answer(socket).catch(() => undefined));
  }).listen(0, '127.0.0.1');
  endings.push(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('an answer that comes byte by byte takes not many times its size', async () => {
  const bytes = 256 * chunksAtOnce;
  const url = await serveBytes(bytes);
  const client = createHttpClient({ clock: realClock });
  endings.push(() => client.close());
  const before = process.memoryUsage().heapUsed;
  let most = 0;
  const { body } = await client.send({ method: 'GET', url });
  body.on('data', () => {
    if (Math.random() < 0.0005) most = Math.max(most, process.memoryUsage().heapUsed - before);
  });
  expect((await readBody(body, bytes)).length).toBe(bytes);
  expect(most / 2 ** 20).toBeLessThan(100);
});
