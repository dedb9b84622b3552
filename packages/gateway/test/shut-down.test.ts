import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { eventually, startWorld, tokens, type World } from './support/gateway.ts';

const mib = 1024 * 1024;

function open(world: World, path: string, agent: Agent): Promise<IncomingMessage> {
  const { hostname, port } = new URL(world.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, agent, headers: { authorization: `Bearer ${tokens.all}` } }, resolve);
    sent.on('error', reject);
    sent.end();
  });
}

async function sizeOf(response: IncomingMessage): Promise<number> {
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) size += chunk.length;
  return size;
}

async function largeFile(settings: NonNullable<Parameters<typeof startWorld>[0]>['settings'] = {}): Promise<{ readonly world: World; readonly path: string }> {
  const world = await startWorld({ settings });
  const { id } = world.onlyOffice.store.addFile(105, { title: 'large.bin', content: Buffer.alloc(16 * mib, 'x') });
  return { world, path: `/v1/sources/documents/folders/105/files/${id}/content` };
}

describe('shutting down', () => {
  test('a download that is under way comes to its end, and nothing new begins', async () => {
    const { world, path } = await largeFile();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const response = await open(world, path, new Agent());
    await once(response, 'readable');
    const closed = world.gateway.close();
    await expect(fetch(`${world.url}/healthz`)).rejects.toThrow();
    expect(await sizeOf(response)).toBe(16 * mib);
    await closed;
    agent.destroy();
    await world.close();
  });

  test('who is still connected is told: not ready, and 503 for everything else', async () => {
    const { world, path } = await largeFile();
    const response = await open(world, path, new Agent());
    await once(response, 'readable');
    // A connection with a request on it is open when the signal comes, and more requests follow on it.
    world.onOffice.faults.set([{ kind: 'delay', ms: 2_000 }]);
    const { hostname, port } = new URL(world.url);
    const socket = connect(Number(port), hostname);
    let received = '';
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('utf8')));
    const head = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${tokens.all}\r\n\r\n`;
    socket.write(head('/v1/sources/contacts/folders/15185/entries'));
    await eventually(() => world.onOffice.faults.strikes.length > 0);
    const closed = world.gateway.close();
    socket.write(head('/readyz') + head('/v1/sources'));
    await once(socket, 'close');
    expect([...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(expect.arrayContaining(['200', '503']));
    expect(received).toContain('urn:filesource:error:shutting-down');
    expect(await sizeOf(response)).toBe(16 * mib);
    await closed;
    await world.close();
  });

  test('what takes longer than it may is broken off', async () => {
    const { world, path } = await largeFile({ shutdownTimeoutMs: 100 });
    const response = await open(world, path, new Agent());
    await once(response, 'readable');
    await world.gateway.close();
    await expect(sizeOf(response)).rejects.toThrow();
    await world.close();
  });

  const head = `POST /v1/sources/documents/archives HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${tokens.all}\r\nContent-Type: application/json\r\n`;
  test.each([
    ['has sent nothing', ''],
    ['has sent half a head', head],
    ['has sent half a body', `${head}Content-Length: 100\r\n\r\n{"refs`],
    ['has its answer, and has sent half of the next request', `GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n${head}`],
  ])('a connection that %s is not waited for', async (_what, text) => {
    const world = await startWorld({ settings: { shutdownTimeoutMs: 3_600_000 } });
    const { hostname, port } = new URL(world.url);
    const socket = connect(Number(port), hostname);
    socket.resume();
    await once(socket, 'connect');
    if (text !== '') socket.write(text);
    // What was sent before has come by then.
    await world.get('/v1/sources/contacts/folders/15185/entries');
    await world.close();
    socket.destroy();
  });

  test('a connection whose last answer has ended is not waited for', async () => {
    const { world, path } = await largeFile({ shutdownTimeoutMs: 3_600_000, keepAliveTimeoutMs: 600_000 });
    const agent = new Agent({ keepAlive: true });
    const response = await open(world, path, agent);
    await once(response, 'readable');
    const closed = world.gateway.close();
    expect(await sizeOf(response)).toBe(16 * mib);
    await closed;
    agent.destroy();
    await world.close();
  });

  test('events end, operations are left to the vendor, and the second call waits for the same end', async () => {
    const world = await startWorld({ onlyOffice: { operationDurationMs: 60_000 } });
    const { id } = (await (await world.post('/v1/sources/documents/archives', { refs: ['101'] })).json()) as { id: string };
    const events = await world.get(`/v1/operations/${id}/events`);
    const text = events.text();
    await Promise.all([world.gateway.close(), world.gateway.close()]);
    expect(await text).toContain('event: progress');
    expect(world.onlyOffice.requests.some(({ url }) => url.includes('terminate'))).toBe(false);
    await world.close();
  });
});
