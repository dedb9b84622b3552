import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createFileSource, createLimiter, type SourceAdapter } from '@filesource/core';
import { createHttpClient } from '@filesource/http';
import { createTestPorts, realClock } from '@filesource/testkit';
import { adapterOf, bytesOf, eachAction, envelope, errorOf, failure, result, startScriptedServer, type Exchange, type ScriptedServer, type SentAction } from './helpers.ts';

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server.close());

const isContentCall = (action: SentAction): boolean => 'fileid' in action.parameters || 'fileId' in action.parameters;
const idOf = (action: SentAction): number => Number(action.parameters['fileid'] ?? action.parameters['fileId']);
const refOf = (id: number): { readonly folder: string; readonly file: string } => ({ folder: '1', file: String(id) });
const bytesFor = (id: number, size: number): Buffer => Buffer.alloc(size, `<file ${id}>?/`);
const elementsOf = (id: number, size: number): Record<string, unknown> => ({ name: `${id}.bin`, fileSize: size, modified: 1_725_272_069 });
/** How many actions each request for contents held, in the order in which they came. */
const requests = (): number[] => server.exchanges.filter(({ actions }) => actions.some(isContentCall)).map(({ actions }) => actions.length);

/** A record with files of these sizes, with ids from 1; `answer` may stand in for one of them. */
async function record(sizes: readonly number[], answer: (action: SentAction) => unknown = () => undefined, settings = {}): Promise<SourceAdapter> {
  const one = (action: SentAction): unknown => {
    const id = idOf(action);
    return answer(action) ?? result(action, [{ id, elements: { ...elementsOf(id, sizes[id - 1] ?? 0), content: bytesFor(id, sizes[id - 1] ?? 0).toString('base64') } }]);
  };
  const list = (action: SentAction): unknown => {
    const offset = Number(action.parameters['listoffset']);
    return result(action, sizes.map((size, index) => ({ id: index + 1, elements: elementsOf(index + 1, size) })).slice(offset, offset + 100), sizes.length);
  };
  server.onApi = eachAction((action) => (isContentCall(action) ? one(action) : list(action)));
  const adapter = adapterOf(server, 'onoffice-address', settings);
  let cursor: string | undefined;
  do ({ cursor } = await adapter.listPage('1', cursor === undefined ? {} : { cursor }));
  while (cursor !== undefined);
  return adapter;
}

const ids = (count: number): number[] => Array.from({ length: count }, (_none, index) => index + 1);
const read = async (adapter: SourceAdapter, id: number): Promise<Buffer> => bytesOf(await adapter.open(refOf(id), {}));

describe('files that are opened together', () => {
  test('share requests, by their number', async () => {
    const adapter = await record(ids(120).map(() => 100));
    const all = await Promise.all(ids(120).map((id) => read(adapter, id)));
    for (const [index, bytes] of all.entries()) expect(bytes.equals(bytesFor(index + 1, 100))).toBe(true);
    expect(requests()).toEqual([50, 50, 20]);
  });

  test('share requests by their bytes, so that none holds more than about 4 MiB', async () => {
    const adapter = await record(ids(10).map(() => 1_000_000));
    const all = await Promise.all(ids(10).map((id) => read(adapter, id)));
    for (const [index, bytes] of all.entries()) expect(bytes.equals(bytesFor(index + 1, 1_000_000))).toBe(true);
    // Three requests each way, and none that holds the rest up.
    expect(requests()).toEqual([3, 3, 4]);
  });

  test('do not wait for a large one, which has a request of its own', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const adapter = await record([3_000_000, ...ids(60).map(() => 1000)]);
    const answer = server.onApi;
    server.onApi = async (exchange) => {
      if (exchange.actions.some((action) => idOf(action) === 1)) await held;
      return answer(exchange);
    };
    const large = read(adapter, 1);
    await Promise.all(ids(60).map((id) => read(adapter, id + 1)));
    expect(requests().toSorted((a, b) => a - b)).toEqual([1, 10, 50]);
    release();
    expect((await large).equals(bytesFor(1, 3_000_000))).toBe(true);
  });

  test('one after another share requests as soon as others are on their way', async () => {
    const adapter = await record(ids(200).map(() => 1000));
    const answer = server.onApi;
    server.onApi = async (exchange) => {
      await realClock.sleep(20);
      return answer(exchange);
    };
    let next = 1;
    const reader = async (): Promise<void> => {
      while (next <= 200) {
        const id = next++;
        expect((await read(adapter, id)).equals(bytesFor(id, 1000))).toBe(true);
        await realClock.sleep(id % 5);
      }
    };
    await Promise.all(Array.from({ length: 50 }, reader));
    expect(requests().length).toBeLessThan(40);
  });

  test('fail each for itself', async () => {
    const answers: Record<number, (action: SentAction) => unknown> = {
      2: (action) => failure(action, 127, 'File not found'),
      3: (action) => result(action, [{ id: 3, elements: { ...elementsOf(3, 100), content: '<p class="x">not base64</p>' } }]),
      4: (action) => result(action, [{ id: 4, elements: { ...elementsOf(4, 100), content: Buffer.alloc(99).toString('base64') } }]),
      5: (action) => result(action, []),
      6: (action) => result(action, [{ id: 7, elements: { ...elementsOf(7, 100), content: 'QUJD' } }]),
    };
    const adapter = await record(ids(8).map(() => 100), (action) => answers[idOf(action)]?.(action));
    const outcomes = await Promise.allSettled(ids(8).map((id) => read(adapter, id)));
    expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? 'ok' : (outcome.reason as { kind: string }).kind))).toEqual(['ok', 'not-found', 'corrupt', 'truncated', 'not-found', 'not-found', 'ok', 'ok']);
    for (const [index, outcome] of outcomes.entries()) if (outcome.status === 'fulfilled') expect(outcome.value.equals(bytesFor(index + 1, 100))).toBe(true);
  });

  test('get their own bytes when the results are shuffled', async () => {
    const adapter = await record(ids(30).map((id) => id * 10));
    const answer = server.onApi;
    server.onApi = async (exchange: Exchange) => {
      const { body } = (await answer(exchange)) as { body: { status: unknown; response: { results: unknown[] } } };
      return envelope(body.response.results.toReversed(), body.status);
    };
    const all = await Promise.all(ids(30).map((id) => read(adapter, id)));
    for (const [index, bytes] of all.entries()) expect(bytes.equals(bytesFor(index + 1, (index + 1) * 10))).toBe(true);
    expect(requests()).toEqual([30]);
  });

  test('are asked for one by one when the whole request fails over one of them', async () => {
    const adapter = await record([100, 100, 100]);
    const answer = server.onApi;
    server.onApi = (exchange) => (exchange.actions.some((action) => idOf(action) === 2) ? { body: { status: { code: 500, errorcode: 294, message: 'Invalid data type' }, response: { results: [] } } } : answer(exchange));
    const outcomes = await Promise.allSettled(ids(3).map((id) => read(adapter, id)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(requests()).toEqual([3, 1, 1, 1]);
  });

  test('find the spelling of fileid together', async () => {
    const adapter = await record(ids(20).map(() => 100), (action) => ('fileId' in action.parameters ? undefined : result(action, ids(20).map((id) => ({ id, elements: elementsOf(id, 100) })))));
    await Promise.all(ids(20).map((id) => read(adapter, id)));
    await Promise.all(ids(20).map((id) => read(adapter, id)));
    expect(requests()).toEqual([20, 20, 20]);
  });

  test('leave the request to the others when one is given up', async () => {
    const adapter = await record(ids(3).map(() => 100));
    const stop = new AbortController();
    const answer = server.onApi;
    server.onApi = async (exchange) => {
      stop.abort();
      await realClock.sleep(20);
      return answer(exchange);
    };
    const gone = errorOf(adapter.open(refOf(1), { signal: stop.signal }));
    const [two, three] = await Promise.all([read(adapter, 2), read(adapter, 3)]);
    expect((await gone).kind).toBe('aborted');
    expect([two.length, three.length, server.dropped]).toEqual([100, 100, 0]);
  });

  test('have each the whole time-out, however long the queue', async () => {
    // Three times as long as one answer, and longer than the time-out.
    const adapter = await record(ids(12).map(() => 100_000));
    const answer = server.onApi;
    server.onApi = async (exchange) => {
      await realClock.sleep(700);
      return answer(exchange);
    };
    const small = adapterOf(server, 'onoffice-address', { maxActionsPerRequest: 1 });
    await small.listPage('1', {});
    const source = createFileSource({ name: 'contacts', provider: 'onoffice-address', adapter: small, limiter: createLimiter(100), timeoutMs: 2000, ports: createTestPorts({ http: createHttpClient({ clock: realClock }) }) });
    const all = await Promise.all(ids(12).map(async (id) => bytesOf(await source.open(refOf(id)))));
    expect(all.every((bytes, index) => bytes.equals(bytesFor(index + 1, 100_000)))).toBe(true);
    await adapter.close();
  });
});

describe('a large file', () => {
  const size = 3_000_000;

  test('is given with the facts of the answer, and asked for once', async () => {
    const adapter = await record([size]);
    const opened = await adapter.open(refOf(1), {});
    expect(opened).toMatchObject({ size, totalSize: size, name: '1.bin', validator: `m1725272069-${size}` });
    expect((await bytesOf(opened)).equals(bytesFor(1, size))).toBe(true);
    expect(requests()).toEqual([1]);
  });

  test.each([
    ['a failure', (action: SentAction, good: object) => ({ ...good, status: { errorcode: 500, message: 'sorry' } }), 'vendor-failure'],
    ['another action', (_action: SentAction, good: object) => ({ ...good, identifier: 'fs-4711' }), 'vendor-protocol'],
  ])('whose answer turns out to be that of %s is never given whole', async (_name, change, kind) => {
    const adapter = await record([size], (action) => {
      const { data, ...rest } = change(action, result(action, [{ id: 1, elements: { ...elementsOf(1, size), content: bytesFor(1, size).toString('base64') } }])) as Record<string, unknown>;
      return { data, ...rest };
    });
    const opened = await adapter.open(refOf(1), {});
    expect(await errorOf(bytesOf(opened))).toMatchObject({ kind, status: 'persistent' });
  });

  test.each([
    ['id', { id: 2, elements: elementsOf(1, size) }, 'not-found'],
    ['size', { id: 1, elements: elementsOf(1, size + 1) }, 'conflict'],
    ['time of change', { id: 1, elements: { ...elementsOf(1, size), modified: 1_725_272_070 } }, 'conflict'],
  ])('with another %s behind its content is never given whole', async (_name, late, kind) => {
    const adapter = await record([size], (action) => ({ ...result(action, [{ elements: { content: bytesFor(1, size).toString('base64'), ...late.elements }, id: late.id } as never]), identifier: action.identifier }));
    const opened = await adapter.open(refOf(1), {});
    expect((await errorOf(bytesOf(opened))).kind).toBe(kind);
    // What was known of it is forgotten: the record is listed anew.
    await errorOf(adapter.open(refOf(1), {}).then(bytesOf));
    expect(server.exchanges.filter(({ actions }) => !actions.some(isContentCall))).toHaveLength(2);
  });

  test('that became shorter is truncated, and continued by core from where it was', async () => {
    let times = 0;
    const adapter = await record([size], (action) => {
      times += 1;
      return times > 1 ? undefined : result(action, [{ id: 1, elements: { ...elementsOf(1, size), content: bytesFor(1, size).subarray(0, size / 2).toString('base64') } }]);
    });
    const source = createFileSource({ name: 'contacts', provider: 'onoffice-address', adapter, limiter: createLimiter(100), ports: createTestPorts({ http: createHttpClient({ clock: realClock }) }) });
    expect((await bytesOf(await source.open(refOf(1)))).equals(bytesFor(1, size))).toBe(true);
    expect(times).toBe(2);
  });

  test('of an unknown size is given too', async () => {
    const adapter = await record([0], (action) => result(action, [{ id: 1, elements: { name: 'x.bin', content: bytesFor(1, size).toString('base64') } }]));
    server.onApi = ((before) => async (exchange: Exchange) => (exchange.actions.some(isContentCall) ? before(exchange) : envelope(exchange.actions.map((action) => result(action, [{ id: 1, elements: { name: 'x.bin' } }])))))(server.onApi);
    await adapter.listPage('1', {});
    const opened = await adapter.open(refOf(1), {});
    expect(opened.size).toBeNull();
    expect((await bytesOf(opened)).equals(bytesFor(1, size))).toBe(true);
  });

  test('is asked for with the other spelling where the first is not heeded', async () => {
    const adapter = await record([size], (action) => ('fileId' in action.parameters ? undefined : result(action, [{ id: 1, elements: elementsOf(1, size) }])));
    expect((await read(adapter, 1)).equals(bytesFor(1, size))).toBe(true);
    expect(requests()).toEqual([1, 1]);
  });

  test('given up half-way closes its connection', async () => {
    const adapter = await record([size]);
    server.onApi = ({ actions }) => (response) => {
      const json = JSON.stringify(envelope(actions.map((action) => result(action, [{ id: 1, elements: { ...elementsOf(1, size), content: bytesFor(1, size).toString('base64') } }]))).body);
      response.write(json.slice(0, json.length / 2));
    };
    const opened = await adapter.open(refOf(1), {});
    opened.body.destroy();
    while (server.dropped === 0) await realClock.sleep(5);
    expect(server.dropped).toBe(1);
  });
});
