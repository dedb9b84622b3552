import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from '@jest/globals';
import { readBody, WholeBody, type HttpResponse } from '@filesource/core';
import { realClock } from '@filesource/testkit';
import { loopbackCertificate } from '../../../test/support/loopback-certificate.ts';
import { createHttpClient } from '../src/index.ts';

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0).reverse()) end();
});

const answerOf = (body: string): string => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
const stray = answerOf('not asked for');

/** Answers each path with `answer`, in its order; the whole address. */
async function serve(scheme: string, answer: (socket: Socket, path: string) => void): Promise<string> {
  const onSocket = (socket: Socket): void => {
    endings.push(() => socket.destroy());
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => answer(socket, bytes.toString('latin1').split(' ')[1] ?? ''));
  };
  const server: Server = scheme === 'https' ? createTlsServer(loopbackCertificate, onSocket) : createTcpServer(onSocket);
  server.listen(0, '127.0.0.1');
  endings.push(() => void server.close());
  await once(server, 'listening');
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** As a pull takes them: a whole body at once. */
async function textOf({ body }: HttpResponse): Promise<string> {
  const bytes = body instanceof WholeBody ? body.takeBytes() : await readBody(body, 10_000_000);
  return bytes?.toString('latin1') ?? '';
}

/** Files 0 to 5, one right after the other. */
async function fetchSix(origin: string): Promise<string[]> {
  const client = createHttpClient({ clock: realClock, axios: { ca: loopbackCertificate.cert } });
  endings.push(() => client.close());
  const texts: string[] = [];
  for (let file = 0; file < 6; file += 1) texts.push(await textOf(await client.send({ method: 'GET', url: `${origin}/${file}`, isDownload: true })));
  return texts.map((text) => text.replace(/^(\/\d)-*$/, '$1'));
}

const six = ['/0', '/1', '/2', '/3', '/4', '/5'];

describe.each(['http', 'https'])('an answer that nobody asked for, over %s', (scheme) => {
  it.each([
    ['of 2 bytes', 2],
    ['of 5,000 bytes', 5000],
    ['of 100,000 bytes', 100_000],
    ['as large as is held whole', 256 * 1024],
    ['larger than that', 300_000],
    ['of some blocks', 2_000_000],
  ])('behind the rest of a body %s is the answer to no other request', async (_, size) => {
    const origin = await serve(scheme, (socket, path) => {
      const answer = answerOf(path.padEnd(size, '-'));
      if (path !== '/1') {
        socket.write(answer);
        return;
      }
      socket.write(answer.slice(0, -1));
      setTimeout(() => socket.write(answer.slice(-1) + stray), 10);
    });
    expect(await fetchSix(origin)).toEqual(six);
  });

  it('behind one that fills a read to its last byte is the answer to no other request', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: 65000\r\nx: \r\n\r\n';
    const filled = (path: string): string => head.replace('x: ', `x: ${'x'.repeat(65_536 - 65_000 - head.length)}`) + path.padEnd(65_000, '-');
    const origin = await serve(scheme, (socket, path) => void socket.write(filled(path) + (path === '/1' ? stray : '')));
    expect(await fetchSix(origin)).toEqual(six);
  });

  it('behind chunks is the answer to no other request', async () => {
    const chunked = (path: string): string => `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n${path}\r\n0\r\n\r\n`;
    const origin = await serve(scheme, (socket, path) => {
      socket.write(chunked(path));
      if (path === '/1') socket.write(stray);
    });
    expect(await fetchSix(origin)).toEqual(six);
  });

  it('and is none fails no other request', async () => {
    const origin = await serve(scheme, (socket, path) => {
      socket.write(answerOf(path).slice(0, -1));
      setTimeout(() => socket.write(`${path.slice(-1)}and more`), 5);
    });
    expect(await fetchSix(origin)).toEqual(six);
  });

  it.each([
    ['a call', false],
    ['a download', true],
  ])('and came before the next request of %s is the answer to no other request', async (_, isDownload) => {
    let last: Socket | undefined;
    const origin = await serve(scheme, (socket, path) => {
      last = socket;
      socket.write(answerOf(path));
    });
    const client = createHttpClient({ clock: realClock, axios: { ca: loopbackCertificate.cert } });
    endings.push(() => client.close());
    const texts: string[] = [];
    for (let file = 0; file < 6; file += 1) {
      texts.push(await textOf(await client.send({ method: 'GET', url: `${origin}/${file}`, isDownload })));
      if (file === 1) last?.write(stray);
    }
    expect(texts).toEqual(six);
  });

  it('and comes while a connection for calls rests closes it', async () => {
    const sockets = new Set<Socket>();
    const origin = await serve(scheme, (socket, path) => {
      sockets.add(socket);
      socket.write(answerOf(path));
    });
    const client = createHttpClient({ clock: realClock, axios: { ca: loopbackCertificate.cert } });
    endings.push(() => client.close());
    const get = async (path: string): Promise<string> => textOf(await client.send({ method: 'GET', url: `${origin}${path}` }));
    expect([await get('/0'), await get('/1')]).toEqual(['/0', '/1']);
    const [first] = sockets;
    const closed = first === undefined ? undefined : once(first, 'close');
    first?.write(stray);
    await closed;
    expect(await get('/2')).toBe('/2');
    expect(sockets.size).toBe(2);
  });

  it('leaves calls that are made together all that they need', async () => {
    const origin = await serve(scheme, (socket, path) => void socket.write(answerOf(path)));
    const client = createHttpClient({ clock: realClock, axios: { ca: loopbackCertificate.cert } });
    endings.push(() => client.close());
    const chain = async (name: number): Promise<string[]> => {
      const texts: string[] = [];
      for (let call = 0; call < 10; call += 1) texts.push(await textOf(await client.send({ method: 'GET', url: `${origin}/${name}-${call}` })));
      return texts;
    };
    const chains = await Promise.all(Array.from({ length: 20 }, (_, name) => chain(name)));
    expect(chains).toEqual(Array.from({ length: 20 }, (_, name) => Array.from({ length: 10 }, (__, call) => `/${name}-${call}`)));
  });

  it('does not leave a call that waits for its connection hanging when the client is closed', async () => {
    const origin = await serve(scheme, (socket, path) => void (path === '/0' && socket.write(answerOf(path))));
    const client = createHttpClient({ clock: realClock, axios: { ca: loopbackCertificate.cert } });
    expect(await textOf(await client.send({ method: 'GET', url: `${origin}/0` }))).toBe('/0');
    const call = client.send({ method: 'GET', url: `${origin}/1` }).then(
      () => 'an answer',
      (error: unknown) => error,
    );
    await Promise.resolve();
    client.close();
    expect(await call).toMatchObject({ kind: expect.stringMatching(/network|aborted/) });
  });
});
