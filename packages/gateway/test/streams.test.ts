import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { eventually, startWorld, tokens, type World } from './support/gateway.ts';
import { startWorldOfLargeFile, writeIdleTimeoutMs } from './support/large-file.ts';

const mib = 1024 * 1024;

/** A download whose bytes nobody takes before `resume` is called. */
function download(world: World, path: string): Promise<IncomingMessage> {
  const { hostname, port } = new URL(world.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, agent: false, headers: { authorization: `Bearer ${tokens.all}` } }, (response) => {
      response.on('error', () => undefined);
      resolve(response);
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('streams', () => {
  let world: World;
  let path: string;
  beforeAll(async () => {
    ({ world, path } = await startWorldOfLargeFile());
  });
  afterEach(() => world.onlyOffice.faults.set([]));
  afterAll(async () => world.close());

  const ended = (): number => world.log.filter(({ event, fields }) => event === 'gateway.request' && String(fields['route']).endsWith('/content')).length;
  const inFlight = async (): Promise<string | undefined> => /^filesource_gateway_requests_in_flight (\d+)$/m.exec(await (await world.get('/metrics')).text())?.[1];

  test('a client that goes away in the middle closes the connection of the vendor at once, and gives its place back', async () => {
    const response = await download(world, path);
    await once(response, 'readable');
    const during = world.onlyOffice.openConnections;
    const before = ended();
    response.destroy();
    await eventually(() => world.onlyOffice.openConnections < during);
    await eventually(() => ended() > before);
    expect(world.log.at(-1)?.fields).toMatchObject({ isWhole: false });
    expect(await inFlight()).toBe('0');
  });

  test('a client that goes away before the vendor has answered is not waited for either', async () => {
    world.onlyOffice.faults.set([{ kind: 'delay', ms: 60_000 }]);
    const { hostname, port } = new URL(world.url);
    const before = world.onlyOffice.requests.length;
    const sent = request({ hostname, port, path, agent: false, headers: { authorization: `Bearer ${tokens.all}` } });
    sent.on('error', () => undefined);
    sent.end();
    await eventually(async () => (await inFlight()) === '1' && world.onlyOffice.requests.length > before);
    const during = world.onlyOffice.openConnections;
    sent.destroy();
    await eventually(async () => (await inFlight()) === '0');
    await eventually(() => world.onlyOffice.openConnections < during);
    expect(world.log.at(-1)).toMatchObject({ event: 'gateway.request' });
  });

  test('a client that reads nothing is ended after a while, and the vendor with it', async () => {
    const sentBefore = world.log.length;
    const response = await download(world, path);
    const during = world.onlyOffice.openConnections;
    response.pause();
    await eventually(() => world.onlyOffice.openConnections < during);
    await eventually(() => world.log.slice(sentBefore).some(({ fields }) => fields['isWhole'] === false));
    // What nobody took was not fetched from the vendor to be kept here.
    const { bytes } = world.log.slice(sentBefore).find(({ fields }) => fields['isWhole'] === false)?.fields ?? {};
    expect(bytes).toBeLessThan(16 * mib);
    response.destroy();
  });

  test('a client that reads slowly but steadily gets all of it', async () => {
    const response = await download(world, path);
    let received = 0;
    const started = performance.now();
    for await (const chunk of response as AsyncIterable<Buffer>) {
      const at = received;
      received += chunk.length;
      // Four pauses, together longer than the time that it may take nothing.
      if (Math.floor(at / (8 * mib)) !== Math.floor(received / (8 * mib))) await new Promise((resolve) => setTimeout(resolve, writeIdleTimeoutMs / 3));
    }
    expect(received).toBe(32 * mib);
    expect(performance.now() - started).toBeGreaterThan(writeIdleTimeoutMs);
  });

  test('a body that breaks at the vendor for good breaks the connection, and never ends well', async () => {
    world.onlyOffice.faults.set([{ kind: 'cut', at: 5000, on: ['content'] }, { kind: 'status', code: 503, after: 1, on: ['content'] }]);
    const response = await world.get(path);
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow();
  });

  test('a body whose connection breaks once is continued, and arrives whole', async () => {
    world.onlyOffice.faults.set([{ kind: 'cut', at: 5 * mib, times: 1, on: ['content'] }]);
    const bytes = await (await world.get(path)).arrayBuffer();
    expect(bytes.byteLength).toBe(32 * mib);
  });
});

describe('a source that takes too long', () => {
  test('is 504 after answerTimeoutMs, and its connection is closed', async () => {
    const world = await startWorld({ settings: { answerTimeoutMs: 300 } });
    try {
      world.onlyOffice.faults.set([{ kind: 'delay', ms: 60_000 }]);
      const response = await world.get('/v1/sources/documents/folders/101/entries');
      expect({ status: response.status, problem: await response.json() }).toEqual({ status: 504, problem: expect.objectContaining({ kind: 'timeout', detail: expect.stringContaining('300 ms') }) });
      await eventually(() => world.onlyOffice.openConnections === 0);
    } finally {
      await world.close();
    }
  });
});
