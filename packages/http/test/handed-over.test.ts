import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import { handsOver, homeOf, WholeBody } from '@filesource/core';
import { realClock } from '@filesource/testkit';
import { createHttpClient } from '../src/index.ts';

const mebibyte = 1024 * 1024;
const closings: (() => void)[] = [];
afterEach(() => {
  for (const close of closings.splice(0)) close();
});

async function get(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const http = createHttpClient({ clock: realClock });
  closings.push(() => server.close(), () => server.closeAllConnections(), () => http.close());
  const { body } = await http.send({ method: 'GET', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, isDownload: true });
  return body;
}

test('blocks of a large download are handed over to its only reader, and what comes into them anew is right', async () => {
  const bytes = randomBytes(9 * mebibyte + 17);
  const body = await get((_request, response) => response.writeHead(200, { 'content-length': bytes.length }).end(bytes));
  expect(handsOver(body)).toBe(true);
  const copies: Buffer[] = [];
  const blocks = new Set<unknown>();
  let handed = 0;
  body.on('data', (chunk: Buffer) => {
    copies.push(Buffer.from(chunk));
    const home = homeOf(chunk);
    if (home === undefined) return;
    handed += chunk.length;
    blocks.add(chunk.buffer);
    chunk.fill(0);
    home.giveBack(chunk.buffer as ArrayBuffer);
  });
  await once(body, 'end');
  expect(Buffer.concat(copies).equals(bytes)).toBe(true);
  expect(handed).toBeGreaterThan(6 * mebibyte);
  expect(blocks.size).toBeLessThan(6);
});

test('a block that more is read into, because its first bytes came slowly, is not handed over', async () => {
  const bytes = randomBytes(mebibyte);
  let send: () => void = () => undefined;
  const body = await get((_request, response) => {
    response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 100_000));
    send = () => void response.end(bytes.subarray(100_000));
  });
  const copies: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (copies.length === 0) {
      expect(homeOf(chunk)).toBeUndefined();
      send();
    }
    copies.push(Buffer.from(chunk));
  }
  expect(Buffer.concat(copies).equals(bytes)).toBe(true);
});

test('a body that somebody else listens to hands nothing over', async () => {
  for (const event of ['data', 'readable']) {
    const body = await get((_request, response) => response.writeHead(200, { 'content-length': mebibyte }).end(Buffer.alloc(mebibyte)));
    body.on(event, () => undefined);
    expect(handsOver(body)).toBe(false);
    body.destroy();
  }
});

test('the block of a small download is used again once it is given back, and not before', async () => {
  const bytes = Array.from({ length: 6 }, () => randomBytes(100_000));
  let asked = 0;
  const server = createServer((_request, response) => response.writeHead(200, { 'content-length': 100_000 }).end(bytes[asked++])).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const http = createHttpClient({ clock: realClock });
  closings.push(() => server.close(), () => server.closeAllConnections(), () => http.close());
  const blocks: unknown[] = [];
  const kept: Buffer[] = [];
  for (const expected of bytes) {
    const { body } = await http.send({ method: 'GET', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, isDownload: true });
    const taken = body instanceof WholeBody ? body.takeBytes() : undefined;
    expect(taken?.equals(expected)).toBe(true);
    if (taken === undefined) continue;
    blocks.push(taken.buffer);
    // The first three are kept, the others given back.
    if (blocks.length <= 3) kept.push(taken);
    else homeOf(taken)?.giveBack(taken.buffer as ArrayBuffer);
  }
  // The connection has one prepared while another one is used.
  expect(new Set(blocks).size).toBe(5);
  expect(kept.map((taken, index) => taken.equals(bytes[index] ?? taken.subarray(1)))).toEqual([true, true, true]);
});

test('blocks that were given back are let go when no small download came for a while', async () => {
  const server = createServer((_request, response) => response.writeHead(200, { 'content-length': 100_000 }).end(randomBytes(100_000))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const http = createHttpClient({ clock: realClock });
  closings.push(() => server.close(), () => server.closeAllConnections(), () => http.close());
  const blockOf = async (): Promise<unknown> => {
    const { body } = await http.send({ method: 'GET', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, isDownload: true });
    const taken = body instanceof WholeBody ? body.takeBytes() : undefined;
    if (taken !== undefined) homeOf(taken)?.giveBack(taken.buffer as ArrayBuffer);
    return taken?.buffer;
  };
  // The connection has one prepared while another one is used, so two of them take turns.
  const [first, second, third] = [await blockOf(), await blockOf(), await blockOf()];
  expect([second === first, third === first]).toEqual([false, true]);
  for (let known = new Set([first, second]), block = third; known.has(block); ) {
    known = new Set([block, await blockOf()]);
    await realClock.sleep(1200);
    await blockOf();
    block = await blockOf();
  }
});
