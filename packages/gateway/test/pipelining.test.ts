import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { eventually, tokens, type World } from './support/gateway.ts';
import { startWorldOfLargeFile, writeIdleTimeoutMs } from './support/large-file.ts';

const mib = 1024 * 1024;
const head = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer ${tokens.all}\r\n\r\n`;

describe('pipelined requests', () => {
  let world: World;
  let path: string;
  beforeAll(async () => {
    ({ world, path } = await startWorldOfLargeFile());
  });
  afterAll(async () => world.close());

  async function send(...paths: string[]): Promise<Socket> {
    const { hostname, port } = new URL(world.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(paths.map(head).join(''));
    return socket;
  }

  const inFlight = async (): Promise<string | undefined> => /^filesource_gateway_requests_in_flight (\d+)$/m.exec(await (await world.get('/metrics')).text())?.[1];

  test('a client that goes away gives back the places of its requests whose turn never came, and closes their connections of the vendor', async () => {
    const downloads = (): number => world.onlyOffice.requests.filter((request) => request.url.toLowerCase().includes('filehandler')).length;
    const socket = await send(path, path, '/v1/sources', path);
    await once(socket, 'readable');
    await eventually(async () => (await inFlight()) === '4');
    await eventually(() => downloads() === 3);
    const during = world.onlyOffice.openConnections;
    socket.destroy();
    await eventually(async () => (await inFlight()) === '0');
    await eventually(() => world.onlyOffice.openConnections <= during - 3);
  });

  test('an answer that waits behind a long download comes after it, however long that takes', async () => {
    const socket = await send(path, '/healthz');
    let received = '';
    let bytes = 0;
    const ended = once(socket, 'close');
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      received = (received + chunk.toString('latin1')).slice(-2000);
      if (received.endsWith('{"status":"ok"}')) socket.end();
      // Four pauses, together longer than the time that it may take nothing.
      if (Math.floor((bytes - chunk.length) / (8 * mib)) === Math.floor(bytes / (8 * mib))) return;
      socket.pause();
      setTimeout(() => socket.resume(), writeIdleTimeoutMs / 2);
    });
    await ended;
    expect(received).toContain('{"status":"ok"}');
  });
});
