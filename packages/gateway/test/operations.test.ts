import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseReceipt } from '@filesource/transfer';
import { eventually, startWorld, tokens, type World } from './support/gateway.ts';
import { readEvents, type OperationFacts } from './support/read-events.ts';

const archives = '/v1/sources/documents/archives';

async function start(world: World, path: string, refs: readonly string[], token?: string): Promise<OperationFacts> {
  const response = await world.post(path, { refs }, token);
  const operation = (await response.json()) as OperationFacts;
  expect({ status: response.status, location: response.headers.get('location') }).toEqual({ status: 202, location: `/v1/operations/${operation.id}` });
  return operation;
}

describe('operations', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ onlyOffice: { operationDurationMs: 300 } });
  });
  afterAll(async () => world.close());

  test.each([
    ['an archive of the vendor', archives, ['documents:101']],
    ['an archive that is made here', '/v1/sources/contacts/archives', ['1237']],
  ])('%s is started, followed, proven and fetched', async (_what, path, refs) => {
    const operation = await start(world, path, refs);
    const events = await readEvents(world, operation.id);
    const last = events.at(-1);
    expect(events.map(({ event }) => event).slice(0, -1).every((event) => event === 'progress')).toBe(true);
    expect(last).toMatchObject({ event: 'done', data: { state: 'succeeded', percent: 100, error: null, receipt: `/v1/operations/${operation.id}/receipt`, content: `/v1/operations/${operation.id}/content`, expires: expect.any(String) } });
    expect(await world.json(`/v1/operations/${operation.id}`)).toEqual(last?.data);

    const receipt = parseReceipt(await (await world.get(last?.data.receipt ?? '')).text());
    expect({ complete: receipt.complete, failed: receipt.totals.failed }).toEqual({ complete: true, failed: 0 });
    expect(receipt.file).not.toContain('/');

    const content = last?.data.content ?? '';
    const whole = await world.get(content);
    const bytes = Buffer.from(await whole.arrayBuffer());
    expect(bytes.length).toBe(last?.data.bytes);
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    expect(Object.fromEntries(whole.headers)).toMatchObject({ 'content-type': 'application/zip', 'content-length': String(bytes.length), 'accept-ranges': 'bytes', 'content-disposition': expect.stringMatching(/^attachment; filename=".+\.zip"/) });

    const etag = whole.headers.get('etag') ?? '';
    const [first, rest] = [await world.get(content, { headers: { range: 'bytes=0-99' } }), await world.get(content, { headers: { range: 'bytes=100-', 'if-range': etag } })];
    expect([first.status, rest.status, rest.headers.get('content-range')]).toEqual([206, 206, `bytes 100-${bytes.length - 1}/${bytes.length}`]);
    const joined = Buffer.concat([Buffer.from(await first.arrayBuffer()), Buffer.from(await rest.arrayBuffer())]);
    expect(createHash('sha256').update(joined).digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
    const outside = await world.get(content, { headers: { range: `bytes=${bytes.length}-` } });
    expect([outside.status, outside.headers.get('content-range')]).toEqual([416, `bytes */${bytes.length}`]);
    const head = await world.get(content, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), head.headers.get('etag')]).toEqual([200, String(bytes.length), etag]);
  });

  test('one that lacks files says so, and its receipt names them', async () => {
    const operation = await start(world, archives, ['202/202', '101/104']);
    expect((await readEvents(world, operation.id)).at(-1)).toMatchObject({ event: 'done', data: { state: 'incomplete', error: null } });
    const receipt = parseReceipt(await (await world.get(`/v1/operations/${operation.id}/receipt`)).text());
    expect(receipt.files.map(({ ref, status }) => `${ref} ${status}`)).toEqual(['documents:202/202 missing', 'documents:101/104 ok']);
    expect((await world.get(`/v1/operations/${operation.id}/content`)).status).toBe(200);
  });

  test('what cannot even be started is the answer to the request', async () => {
    const locked = await world.post(archives, { refs: ['203/204'] });
    expect({ status: locked.status, problem: await locked.json() }).toEqual({ status: 403, problem: expect.objectContaining({ kind: 'permission-denied' }) });
    const unsupported = await world.post('/v1/sources/contacts/archives', { refs: ['1237/1757'], convert: { '1757': '.pdf' } });
    expect({ status: unsupported.status, problem: await unsupported.json() }).toEqual({ status: 422, problem: expect.objectContaining({ kind: 'unsupported' }) });
  });

  test('the events of one that has ended are its end, whatever was seen before', async () => {
    const { id } = await start(world, '/v1/sources/contacts/archives', ['1237/1757']);
    await readEvents(world, id);
    const [only, ...more] = await readEvents(world, id, { headers: { 'last-event-id': '7' } });
    expect(only).toMatchObject({ id: '8', event: 'done', data: { state: 'succeeded' } });
    expect(more).toEqual([]);
  });

  test('neither its state, nor its events, receipt or content are for another token, and nobody else can end it', async () => {
    const { id } = await start(world, '/v1/sources/contacts/archives', ['1237/1757']);
    for (const part of ['', '/events', '/receipt', '/content']) expect((await world.get(`/v1/operations/${id}${part}`, { token: tokens.archiver })).status).toBe(404);
    expect((await world.get(`/v1/operations/${id}`, { method: 'DELETE', token: tokens.archiver })).status).toBe(404);
    expect((await world.get(`/v1/operations/${id}`)).status).toBe(200);
  });

  test('one that has ended goes with its archive when it is deleted', async () => {
    const { id } = await start(world, '/v1/sources/contacts/archives', ['1237/1757']);
    await readEvents(world, id);
    expect((await world.get(`/v1/operations/${id}`, { method: 'DELETE' })).status).toBe(204);
    for (const part of ['', '/receipt', '/content']) expect((await world.get(`/v1/operations/${id}${part}`)).status).toBe(404);
  });
});

describe('operations that take their time', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ onlyOffice: { operationDurationMs: 60_000 } });
  });
  afterAll(async () => world.close());

  test('have no receipt and no content yet, and end at the vendor too when they are cancelled', async () => {
    const { id } = await start(world, archives, ['101']);
    for (const part of ['receipt', 'content']) {
      const response = await world.get(`/v1/operations/${id}/${part}`);
      expect({ status: response.status, retryAfter: response.headers.get('retry-after'), problem: await response.json() }).toEqual({ status: 409, retryAfter: '1', problem: expect.objectContaining({ kind: 'conflict', type: 'urn:filesource:error:not-ready' }) });
    }
    const events = readEvents(world, id);
    expect((await world.get(`/v1/operations/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await events).at(-1)).toMatchObject({ event: 'failed', data: { state: 'cancelled', content: null } });
    expect(world.onlyOffice.requests.some(({ url }) => url.includes('terminate'))).toBe(true);
    expect((await world.get(`/v1/operations/${id}/content`)).status).toBe(409);
  });

  test('are taken over from another process by their token, and only by who may use the source', async () => {
    const { id, token } = await start(world, archives, ['101']);
    expect(token).toMatch(/^fsop_/);
    const response = await world.post('/v1/operations', { token }, tokens.archiver);
    const other = (await response.json()) as OperationFacts;
    expect([response.status, response.headers.get('location')]).toEqual([202, `/v1/operations/${other.id}`]);
    expect(other).toMatchObject({ source: 'documents', state: 'running' });
    expect((await world.post('/v1/operations', { token }, tokens.contacts)).status).toBe(404);
    for (const [operation, owner] of [[id, tokens.all], [other.id, tokens.archiver]] as const) await world.get(`/v1/operations/${operation}`, { method: 'DELETE', token: owner });
  });

  test('are told with their state in the metrics', async () => {
    const { id } = await start(world, archives, ['101']);
    expect(await (await world.get('/metrics')).text()).toMatch(/^filesource_gateway_operations\{state="running"\} 1$/m);
    await world.get(`/v1/operations/${id}`, { method: 'DELETE' });
  });

  test('give up their events when the reader goes away', async () => {
    const { id } = await start(world, archives, ['101']);
    const reader = new AbortController();
    const response = await world.get(`/v1/operations/${id}/events`, { signal: reader.signal });
    expect(response.status).toBe(200);
    const before = world.log.filter(({ fields }) => fields['route'] === '/v1/operations/:id/events').length;
    reader.abort();
    await eventually(() => world.log.filter(({ fields }) => fields['route'] === '/v1/operations/:id/events').length > before);
    expect((await world.get(`/v1/operations/${id}`, { method: 'DELETE' })).status).toBe(204);
  });
});

describe('the limits of operations', () => {
  async function within<T>(settings: NonNullable<Parameters<typeof startWorld>[0]>['settings'], run: (world: World) => Promise<T>): Promise<T> {
    const world = await startWorld(settings === undefined ? {} : { settings });
    try {
      return await run(world);
    } finally {
      await world.close();
    }
  }

  test('so many for each token, and ended ones make room when they are deleted', async () => {
    await within({ maxOperationsPerToken: 2 }, async (world) => {
      const first = await start(world, '/v1/sources/contacts/archives', ['1237/1757']);
      await start(world, '/v1/sources/contacts/archives', ['1237/1757']);
      const refused = await world.post('/v1/sources/contacts/archives', { refs: ['1237/1757'] });
      expect({ status: refused.status, retryAfter: refused.headers.get('retry-after') }).toEqual({ status: 429, retryAfter: '60' });
      expect((await world.post('/v1/sources/contacts/archives', { refs: ['1237/1757'] }, tokens.archiver)).status).toBe(202);
      await readEvents(world, first.id);
      await world.get(`/v1/operations/${first.id}`, { method: 'DELETE' });
      expect((await world.post('/v1/sources/contacts/archives', { refs: ['1237/1757'] })).status).toBe(202);
    });
  });

  test('an operation whose client went away before it learned where it is takes no place', async () => {
    await within({ maxOperationsPerToken: 1 }, async (world) => {
      const client = new AbortController();
      world.onlyOffice.faults.set([{ kind: 'delay', ms: 60_000 }]);
      const started = world.get(archives, { method: 'POST', body: JSON.stringify({ refs: ['101'] }), headers: { 'content-type': 'application/json' }, signal: client.signal });
      await eventually(() => world.onlyOffice.faults.strikes.length > 0);
      client.abort();
      await expect(started).rejects.toThrow();
      world.onlyOffice.faults.set([]);
      await eventually(async () => (await world.post('/v1/sources/contacts/archives', { refs: ['1237/1757'] })).status === 202);
    });
  });

  test('an archive that the spool has no room for fails by name and leaves nothing', async () => {
    const spoolDirectory = await mkdtemp(join(tmpdir(), 'filesource-spool-'));
    try {
      await within({ spoolDirectory, maxSpoolBytes: 4096 }, async (world) => {
        const { id } = await start(world, '/v1/sources/appointments/archives', ['250']);
        expect((await readEvents(world, id)).at(-1)).toMatchObject({ event: 'failed', data: { state: 'failed', error: { kind: 'too-large', advice: expect.stringContaining('DELETE') } } });
        const [own = ''] = await readdir(spoolDirectory);
        expect(await readdir(join(spoolDirectory, own))).toEqual([]);
      });
      expect(await readdir(spoolDirectory)).toEqual([]);
    } finally {
      await rm(spoolDirectory, { recursive: true });
    }
  });

  test('an operation is forgotten some time after its end, with its archive', async () => {
    const spoolDirectory = await mkdtemp(join(tmpdir(), 'filesource-spool-'));
    try {
      await within({ spoolDirectory, operationLifetimeMs: 2_000 }, async (world) => {
        const { id } = await start(world, '/v1/sources/contacts/archives', ['1237/1757']);
        const own = join(spoolDirectory, (await readdir(spoolDirectory))[0] ?? '');
        await eventually(async () => (await readdir(own)).length > 0);
        await eventually(async () => (await world.get(`/v1/operations/${id}`)).status === 404);
        await eventually(async () => (await readdir(own)).length === 0);
      });
    } finally {
      await rm(spoolDirectory, { recursive: true });
    }
  });

  test('what gateways left behind that died here is swept at the start, and nothing else', async () => {
    const spoolDirectory = await mkdtemp(join(tmpdir(), 'filesource-spool-'));
    const host = hostname().replace(/[^A-Za-z0-9]/g, '').slice(0, 32);
    const dead = `filesource-gateway-${host}-4194304-abcdef`;
    const kept = ['filesource-gateway-elsewhere-4194304-abcdef', `filesource-gateway-${host}-1-abcdef`, 'photos'];
    try {
      for (const name of [dead, ...kept]) await mkdir(join(spoolDirectory, name));
      await within({ spoolDirectory }, async () => {
        const names = await readdir(spoolDirectory);
        expect(names).not.toContain(dead);
        expect(names).toEqual(expect.arrayContaining(kept));
      });
    } finally {
      await rm(spoolDirectory, { recursive: true });
    }
  });
});
