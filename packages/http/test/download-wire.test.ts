import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { readBody, toFileSourceError } from '@filesource/core';
import { realClock } from '@filesource/testkit';
import fc from 'fast-check';
import { createHttpClient, type ClosableHttpClient } from '../src/index.ts';

interface Scripted {
  readonly url: string;
  /** For each connection, what was asked on it. */
  readonly asked: readonly (readonly string[])[];
  readonly sockets: readonly Socket[];
}

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** A server that answers bytes, whatever it is asked; `answer` gets the number of the connection and of its request. */
async function serveBytes(answer: (socket: Socket, connection: number, request: number) => void): Promise<Scripted> {
  const asked: string[][] = [];
  const sockets: Socket[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    const requests: string[] = [];
    const number = asked.push(requests) - 1;
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => answer(socket, number, requests.push(bytes.toString('latin1')) - 1));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  endings.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`, asked, sockets };
}

function client(): ClosableHttpClient {
  const made = createHttpClient({ clock: realClock });
  endings.push(() => made.close());
  return made;
}

const file = (http: ClosableHttpClient, url: string): Promise<string> =>
  http.send({ method: 'GET', url, isDownload: true }).then(async ({ body }) => (await readBody(body, 10_000_000)).toString('latin1'));

const plain = (body: string, more = ''): string => `HTTP/1.1 200 OK\r\n${more}content-length: ${body.length}\r\n\r\n${body}`;

/** What a caller gets: the answer, or the kind of its error. */
async function outcomeOf(http: ClosableHttpClient, url: string, isDownload: boolean): Promise<unknown> {
  try {
    const { status, headers, body } = await http.send({ method: 'GET', url, isDownload });
    const bytes = await readBody(body, 10_000_000).catch((error: unknown) => toFileSourceError(error).kind);
    return { status, headers, bytes: typeof bytes === 'string' ? bytes : bytes.toString('latin1') };
  } catch (error) {
    return toFileSourceError(error).kind;
  }
}

const answers: readonly (readonly [what: string, bytes: string])[] = [
  ['plain', plain('hello')],
  ['empty', plain('')],
  ['without a reason', 'HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok'],
  ['with cookies twice', plain('x', 'Set-Cookie: a=1\r\nset-cookie: b=2\r\n')],
  ['with a header twice', plain('x', 'x-a: 1\r\nX-A: 2\r\n')],
  ['with spaces around a value', plain('x', 'x-a: \t 1 2 \t\r\n')],
  ['with a folded header', plain('x', 'x-a: 1\r\n 2\r\n')],
  ['with an empty header', plain('x', 'x-a:\r\n')],
  ['with letters beyond ASCII', plain('x', 'x-a: \xfc\xa0\r\n')],
  ['chunked', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n'],
  ['chunked with trailers', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-t: 1\r\n\r\n'],
  ['chunked with a broken size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\nde\r\n0\r\n\r\n'],
  ['chunked and cut', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabc'],
  ['with a length and chunked', 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'],
  ['without a length', 'HTTP/1.1 200 OK\r\n\r\nuntil the end'],
  ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 3\r\n\r\nabc'],
  ['after a hint', `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${plain('abc')}`],
  ['after 100', `HTTP/1.1 100 Continue\r\n\r\n${plain('abc')}`],
  ['101', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'],
  ['204', 'HTTP/1.1 204 No Content\r\nx-a: 1\r\n\r\n'],
  ['304 with a length', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 10\r\n\r\n'],
  ['404 with a body', 'HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nnone'],
  ['with lengths that agree', plain('abc', 'content-length: 3\r\n')],
  ['with lengths that differ', plain('abc', 'content-length: 5\r\n')],
  ['with a length that is none', 'HTTP/1.1 200 OK\r\ncontent-length: 0x3\r\n\r\nabc'],
  ['with a length below zero', 'HTTP/1.1 200 OK\r\ncontent-length: -3\r\n\r\nabc'],
  ['with a length beyond all', 'HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\nabc'],
  ['with lines that end in LF', 'HTTP/1.1 200 OK\ncontent-length: 3\n\nabc'],
  ['with a header that is none', plain('abc', 'no colon here\r\n')],
  ['with a name that is none', plain('abc', 'x a: 1\r\n')],
  ['with a control character', plain('abc', 'x-a: \x01\r\n')],
  ['with a status that is none', 'HTTP/1.1 20 OK\r\ncontent-length: 3\r\n\r\nabc'],
  ['cut in its head', 'HTTP/1.1 200 OK\r\ncontent-le'],
  ['cut in its body', 'HTTP/1.1 200 OK\r\ncontent-length: 30\r\n\r\nabc'],
  ['nothing', ''],
  ['noise', 'SSH-2.0-OpenSSH\r\n'],
  ['that closes', plain('abc', 'connection: close\r\n')],
  ['large', plain('0123456789'.repeat(60_000))],
];

describe('the connection of a download', () => {
  it.each(answers)('gives an answer %s as a call gives it, however it is cut into pieces', async (_, bytes) => {
    let pieces: readonly string[] = [bytes];
    const { url } = await serveBytes((socket) => void sendPieces(socket, pieces));
    const expected = await outcomeOf(client(), url, false);
    const cuts = fc.array(fc.nat({ max: Math.min(bytes.length, 400) }), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(cuts, async (at) => {
        pieces = piecesOf(bytes, at);
        const http = client();
        expect(await outcomeOf(http, url, true)).toEqual(expected);
        http.close();
      }),
      { numRuns: 12, examples: [[[]], [[bytes.indexOf('\r\n\r\n') + 4]]] },
    );
  });

  it.each([
    ['plain', plain('abc'), 1],
    ['chunked', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n', 1],
    ['that comes in two pieces', `HTTP/1.1 200 OK\r\ncontent-le|ngth: 3\r\n\r\nabc`, 1],
    ['larger than is held whole', plain('abcdefghij'.repeat(40_000)), 1],
    ['with more bytes than it says', `${plain('abc')}d`, 3],
    ['chunked with more bytes after it', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nmore', 3],
    ['that closes', plain('abc', 'connection: close\r\n'), 3],
    ['chunked that closes', 'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n', 3],
    ['whose connection is kept for a moment only', plain('abc', 'keep-alive: timeout=1\r\n'), 3],
    ['whose connection is kept', plain('abc', 'keep-alive: timeout=60\r\n'), 1],
  ])('serves the next exchange where it may: after an answer %s', async (_, bytes, connections) => {
    const { url, asked } = await serveBytes((socket) => void sendPieces(socket, bytes.split('|'), false));
    const http = client();
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await file(http, url)).toMatch(/^abc/);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(asked).toHaveLength(connections);
  });

  it('asks again on a new connection when a kept one ended while it rested, and only then', async () => {
    const { url, asked } = await serveBytes((socket, connection, request) => {
      if (connection === 0 && request === 1) socket.destroy();
      else if (connection < 2) socket.write(plain('abc'));
      else socket.destroy();
    });
    const http = client();
    expect([await file(http, url), await file(http, url)]).toEqual(['abc', 'abc']);
    expect(asked.map((requests) => requests.length)).toEqual([2, 1]);
    // A new one that ends is no accident of keeping.
    const fresh = client();
    await expect(file(fresh, url)).rejects.toMatchObject({ kind: 'network' });
    expect(asked).toHaveLength(3);
  });

  it.each([
    ['in its head', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['with another protocol', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'],
  ])('does not ask again when an answer on a kept one began, and ended %s', async (_, bytes) => {
    const { url, asked } = await serveBytes((socket, _connection, request) => void (request === 0 ? socket.write(plain('abc')) : socket.end(bytes)));
    const http = client();
    await file(http, url);
    await expect(file(http, url)).rejects.toMatchObject({ kind: 'network' });
    expect(asked.map((requests) => requests.length)).toEqual([2]);
  });

  it.each([true, false])('is no end of a body that has no other one when it is cut (download: %s)', async (isDownload) => {
    for (const [head, more] of [['HTTP/1.1 200 OK\r\n\r\n', 5], ['HTTP/1.0 200 OK\r\n\r\n', 400_000]] as const) {
      const { url } = await serveBytes((socket) => {
        socket.write(head + 'x'.repeat(more));
        setTimeout(() => socket.resetAndDestroy(), 20);
      });
      let outcome: unknown;
      // Node ends a socket before it resets it: a busy client may read that end first, and then nothing was cut.
      for (let attempt = 0; attempt < 5 && (outcome as { readonly bytes?: string } | undefined)?.bytes !== 'network'; attempt += 1) outcome = await outcomeOf(client(), url, isDownload);
      expect(outcome).toMatchObject({ status: 200, bytes: 'network' });
    }
  });

  it.each([true, false])('tells of chunks that are none as what they are (download: %s)', async (isDownload) => {
    const { url } = await serveBytes((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n');
      setTimeout(() => socket.write('no size\r\nabc\r\n'), 20);
    });
    expect(await outcomeOf(client(), url, isDownload)).toMatchObject({ status: 200, bytes: 'vendor-protocol' });
  });

  it.each([
    ['with a length', 'content-length: 4\r\n\r\nlate'],
    ['without one', '\r\nlate'],
  ])('asks again on a new connection when a kept one is given up with a 408 (%s) as it is asked, and only then', async (_what, rest) => {
    const late = `HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n${rest}`;
    const { url, asked } = await serveBytes((socket, connection, request) => {
      if (request === 1 || connection === 2) socket.end(late);
      else socket.write(plain(`${connection}`));
    });
    const http = client();
    expect([await file(http, url), await file(http, url)]).toEqual(['0', '1']);
    expect(asked.map((requests) => requests.length)).toEqual([2, 1]);
    // The second connection is given up as well, and then a new one at once.
    expect(await outcomeOf(http, url, true)).toMatchObject({ status: 408, bytes: 'late' });
    expect(asked.map((requests) => requests.length)).toEqual([2, 2, 1]);
  });

  it('is closed when bytes come that nobody asked for', async () => {
    const { url, sockets, asked } = await serveBytes((socket) => void socket.write(plain('abc')));
    const http = client();
    await file(http, url);
    const [socket] = sockets;
    socket?.write(plain('not asked for'));
    await once(socket ?? process, 'close');
    expect(await file(http, url)).toBe('abc');
    expect(asked).toHaveLength(2);
  });

  it('stops reading where its reader does, and goes on when the reader does', async () => {
    const length = 64 * 1024 * 1024;
    let written = 0;
    const { url, sockets } = await serveBytes((socket) => {
      const more = (): void => {
        while (written < length && !socket.destroyed) {
          written += 65_536;
          if (!socket.write(Buffer.alloc(65_536, 'x'))) {
            socket.once('drain', more);
            return;
          }
        }
      };
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n`);
      more();
    });
    const { body } = await client().send({ method: 'GET', url, isDownload: true });
    await once(body, 'readable');
    let before = -1;
    while (written !== before) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(written).toBeLessThan(length / 2);
    let received = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      received += chunk.length;
      if (received > length / 2 && !body.isPaused()) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(received).toBe(length);
    expect(sockets).toHaveLength(1);
  });

  it('shows slow bytes of a large body as they come', async () => {
    const { url } = await serveBytes((socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\nfirst'));
    const { body } = await client().send({ method: 'GET', url, isDownload: true });
    const [chunk] = (await once(body, 'data')) as [Buffer];
    expect(chunk.toString()).toBe('first');
    body.destroy();
  });

  it.each([
    ['before an answer', ''],
    ['in a small body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'],
    ['in a large body', 'HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\nabc'],
    ['in a chunked body', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc'],
  ])('ends by name with the client that it belongs to, %s', async (_, bytes) => {
    let began: () => void = () => undefined;
    const hasBegun = new Promise<void>((resolve) => (began = resolve));
    const { url, sockets } = await serveBytes((socket) => void socket.write(bytes, () => began()));
    const http = client();
    const reading = file(http, url);
    reading.catch(() => undefined);
    await hasBegun;
    const [socket] = sockets;
    const closed = new Promise<void>((resolve) => void socket?.once('close', () => resolve()));
    http.close();
    await expect(reading).rejects.toMatchObject({ kind: expect.stringMatching(/^(network|truncated)$/) });
    await closed;
  });

  it('gives up an answer at the abort in every state, and closes', async () => {
    for (const bytes of ['', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc', 'HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\nabc', 'HTTP/1.1 200 OK\r\ncontent-le', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc']) {
      let began: () => void = () => undefined;
      const hasBegun = new Promise<void>((resolve) => (began = resolve));
      const { url, sockets } = await serveBytes((socket) => void socket.write(bytes, () => began()));
      const stop = new AbortController();
      const reading = client().send({ method: 'GET', url, isDownload: true, signal: stop.signal }).then(({ body }) => readBody(body, 100));
      reading.catch(() => undefined);
      await hasBegun;
      const closed = new Promise<void>((resolve) => void sockets[0]?.once('close', () => resolve()));
      stop.abort();
      await expect(reading).rejects.toMatchObject({ kind: 'aborted' });
      await closed;
    }
  });
});

function piecesOf(bytes: string, at: readonly number[]): string[] {
  const cuts = [0, ...at.toSorted((one, other) => one - other), bytes.length];
  return cuts.slice(1).map((end, index) => bytes.slice(cuts[index], end));
}

/** Each piece in a packet of its own, and then the end. */
async function sendPieces(socket: Socket, pieces: readonly string[], isLast = true): Promise<void> {
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) await new Promise((resolve) => setTimeout(resolve, 2));
    if (piece !== '') socket.write(piece, 'latin1');
  }
  if (isLast) socket.end();
}
