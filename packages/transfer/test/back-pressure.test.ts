import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createHttpClient } from '@filesource/http';
import { realClock } from '@filesource/testkit';
import type { PartFile } from '../src/local/part-file.ts';
import { receive } from '../src/receive.ts';

const closings: (() => void)[] = [];
afterEach(() => {
  for (const close of closings.splice(0)) close();
});

const mebibyte = 1024 * 1024;
const size = 256 * mebibyte;

test('a disk that is slower than the network holds the vendor back: what is not written stays with the vendor', async () => {
  let sent = 0;
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': size });
    const block = Buffer.alloc(mebibyte);
    const write = (): void => {
      while (sent < size) {
        sent += block.length;
        if (!response.write(block)) return void response.once('drain', write);
      }
      response.end();
    };
    write();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const http = createHttpClient({ clock: realClock });
  closings.push(() => server.close(), () => server.closeAllConnections(), () => http.close());

  /** A disk that takes nothing more for now, once it has a mebibyte. */
  let taken = 0;
  const disk: Pick<PartFile, 'take'> = { take: (chunk) => ((taken += chunk.length) < mebibyte ? undefined : new Promise(() => undefined)) };
  const { body } = await http.send({ method: 'GET', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, isDownload: true });
  const received = receive(body, disk as PartFile);
  received.catch(() => undefined);
  // What the systems on both sides hold between them fills up, and then nothing moves any more.
  let before = -1;
  while (before !== sent) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  expect(taken).toBeLessThan(2 * mebibyte);
  expect(sent).toBeLessThan(64 * mebibyte);
  body.destroy();
});
