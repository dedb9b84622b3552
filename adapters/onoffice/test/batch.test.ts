import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createFileSource, createLimiter } from '@filesource/core';
import { createHttpClient } from '@filesource/http';
import { createTestPorts, realClock } from '@filesource/testkit';
import { adapterOf, envelope, errorOf, failure, files, listOf, ok, result, startScriptedServer, type Exchange, type ScriptedServer, type SentAction } from './helpers.ts';

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server.close());

/** One file for each record; its id tells which record was asked for. */
const own = (action: SentAction): Record<string, unknown> => result(action, [{ id: Number(action.parameters['addressid']) * 10 }]);
const records = (count: number): string[] => Array.from({ length: count }, (_none, index) => String(index + 1));
const idOf = async (promise: ReturnType<ReturnType<typeof adapterOf>['listPage']>): Promise<string | undefined> => (await promise).items[0]?.id;

describe('calls of one tick', () => {
  test('share one request', async () => {
    server.onApi = ({ actions }) => envelope(actions.map(own));
    const adapter = adapterOf(server, 'onoffice-address');
    await expect(Promise.all(records(50).map((id) => idOf(adapter.listPage(id, {}))))).resolves.toEqual(records(50).map((id) => `${id}0`));
    expect(server.exchanges).toHaveLength(1);
  });

  test('share one request through all layers of core too', async () => {
    server.onApi = ({ actions }) => envelope(actions.map(own));
    const adapter = adapterOf(server, 'onoffice-address');
    const source = createFileSource({ name: 'contacts', provider: 'onoffice-address', adapter, limiter: createLimiter(adapter.capabilities.limits.maxConcurrency), ports: createTestPorts({ http: createHttpClient({ clock: realClock }) }) });
    await Promise.all(records(300).map((id) => source.stat(id)));
    expect(server.exchanges.map(({ actions }) => actions.length)).toEqual([50, 50, 50, 50, 50, 50]);
  });

  test('are bounded by maxActionsPerRequest', async () => {
    server.onApi = ({ actions }) => envelope(actions.map(own));
    const adapter = adapterOf(server, 'onoffice-address', { maxActionsPerRequest: 20 });
    await Promise.all(records(50).map((id) => adapter.listPage(id, {})));
    expect(server.exchanges.map(({ actions }) => actions.length).sort()).toEqual([10, 20, 20]);
  });

  test('are never more than four requests at once', async () => {
    const requests = { running: 0, most: 0 };
    server.onApi = async ({ actions }) => {
      requests.running += 1;
      requests.most = Math.max(requests.most, requests.running);
      // The first four wait for one another; a fifth has its time to come.
      while (requests.most < 4) await realClock.sleep(5);
      await realClock.sleep(20);
      requests.running -= 1;
      return envelope(actions.map(own));
    };
    const adapter = adapterOf(server, 'onoffice-address', { maxActionsPerRequest: 1 });
    await Promise.all(records(12).map((id) => adapter.listPage(id, {})));
    expect(requests.most).toBe(4);
  });

  test('do not share a request with a file content', async () => {
    server.onApi = ({ actions }) => envelope(actions.map((action) => result(action, [{ id: 5, elements: { fileSize: 2, ...('fileid' in action.parameters ? { content: 'aGk=' } : {}) } }])));
    const adapter = adapterOf(server, 'onoffice-address');
    await adapter.listPage('1', {});
    await Promise.all([adapter.listPage('1', {}), adapter.open({ folder: '1', file: '5' }, {}), adapter.listPage('2', {})]);
    expect(server.exchanges.map(({ actions }) => actions.length).sort()).toEqual([1, 1, 2]);
  });
});

describe('results', () => {
  const ask = async (answer: (exchange: Exchange) => unknown[], status: unknown = ok): Promise<string[]> => {
    server.onApi = (exchange) => envelope(exchange.actions.length === 3 ? answer(exchange) : exchange.actions.map(own), status);
    const adapter = adapterOf(server, 'onoffice-address');
    const outcomes = await Promise.allSettled(records(3).map((id) => idOf(adapter.listPage(id, {}))));
    return outcomes.map((outcome) => (outcome.status === 'fulfilled' ? (outcome.value ?? 'none') : `${(outcome.reason as { kind: string }).kind} ${(outcome.reason as { status: string }).status}`));
  };

  test('that fail reach only their own caller', async () => {
    expect(await ask(({ actions }) => actions.map((action, index) => (index === 1 ? failure(action, 292) : own(action))))).toEqual(['10', 'not-found permanent', '30']);
    expect(server.exchanges).toHaveLength(1);
  });

  test.each([
    ['97', { code: 200, errorcode: 97, message: 'Error in action' }],
    ['the code of the action', { code: 500, errorcode: 292, message: 'Unknown address record id' }],
    ['400', { code: 400, errorcode: 0, message: '' }],
  ])('that fail leave the others alone though the whole answer says %s', async (_name, status) => {
    expect(await ask(({ actions }) => actions.map((action, index) => (index === 1 ? failure(action, 292) : own(action))), status)).toEqual(['10', 'not-found permanent', '30']);
  });

  test('that are shuffled find their callers', async () => {
    expect(await ask(({ actions }) => actions.map(own).reverse())).toEqual(['10', '20', '30']);
  });

  test('without identifiers are taken in their order', async () => {
    expect(await ask(({ actions }) => actions.map((action) => ({ ...own(action), identifier: '' })))).toEqual(['10', '20', '30']);
    expect(server.exchanges).toHaveLength(1);
  });

  test('without identifiers of which one is missing are asked for one by one', async () => {
    expect(await ask(({ actions }) => actions.slice(1).map((action) => ({ ...own(action), identifier: '' })))).toEqual(['10', '20', '30']);
    expect(server.exchanges).toHaveLength(4);
  });

  test.each([0, 1, 2])('that are missing fail for their caller only (number %i)', async (missing) => {
    const expected = ['10', '20', '30'];
    expected[missing] = 'vendor-protocol temporary';
    expect(await ask(({ actions }) => actions.map(own).filter((_result, index) => index !== missing))).toEqual(expected);
  });

  test.each([
    ['another identifier', { identifier: 'somebody-else' }],
    ['another resourcetype', { resourcetype: 'estatepictures' }],
    ['another resourceid', { resourceid: 'estate' }],
    ['another actionid', { actionid: 'urn:onoffice-de-ns:smart:2.5:smartml:action:read' }],
    ['no status that can be read', { status: { errorcode: ['x'] } }],
    ['no data', { data: null }],
    ['an empty array as data', { data: [] }],
    ['data without records', { data: { meta: { cntabsolute: 3 } } }],
  ])('with %s are not handed out', async (_name, wrong) => {
    expect(await ask(({ actions }) => actions.map((action, index) => (index === 2 ? { ...own(action), ...wrong } : own(action))))).toEqual(['10', '20', 'vendor-protocol temporary']);
  });

  test('that are null count as missing', async () => {
    expect(await ask(({ actions }) => actions.map((action, index) => (index === 0 ? null : own(action))))).toEqual(['vendor-protocol temporary', '20', '30']);
  });

  test('given twice for one action are asked for again', async () => {
    expect(await ask(({ actions }) => [own(actions[0]!), own(actions[0]!), own(actions[2]!)])).toEqual(['10', 'vendor-protocol temporary', '30']);
    expect(server.exchanges).toHaveLength(2);
  });

  test('of a single action that name another one are refused', async () => {
    server.onApi = ({ actions }) => envelope(actions.map((action) => ({ ...own(action), identifier: 'fs-4711' })));
    expect(await errorOf(adapterOf(server, 'onoffice-address').listPage('1', {}))).toMatchObject({ kind: 'vendor-protocol', status: 'temporary' });
  });
});

describe('a whole request that fails', () => {
  test('over one bad action is sent again action by action', async () => {
    server.onApi = ({ actions }) =>
      actions.some((action) => action.parameters['addressid'] === 2) ? { body: { status: { code: 500, errorcode: 294, message: 'Invalid data type' }, response: { results: [] } } } : envelope(actions.map(own));
    const adapter = adapterOf(server, 'onoffice-address');
    const outcomes = await Promise.allSettled(records(3).map((id) => idOf(adapter.listPage(id, {}))));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(server.exchanges).toHaveLength(4);
  });

  test('over the credentials is not sent again', async () => {
    server.onApi = () => ({ body: { status: { code: 400, errorcode: 22, message: 'Not authenticated' }, response: { results: [] } } });
    const adapter = adapterOf(server, 'onoffice-address');
    const outcomes = await Promise.all(records(3).map((id) => errorOf(adapter.listPage(id, {}))));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['unauthenticated', 'unauthenticated', 'unauthenticated']);
    expect(server.exchanges).toHaveLength(1);
  });
});

describe('an abort', () => {
  test('of one caller leaves the request to the others', async () => {
    const stop = new AbortController();
    server.onApi = async ({ actions }) => {
      stop.abort();
      await realClock.sleep(30);
      return envelope(actions.map(own));
    };
    const adapter = adapterOf(server, 'onoffice-address');
    const [gone, stays] = await Promise.allSettled([adapter.listPage('1', { signal: stop.signal }), idOf(adapter.listPage('2', {}))]);
    expect(gone).toMatchObject({ status: 'rejected', reason: { kind: 'aborted' } });
    expect(stays).toEqual({ status: 'fulfilled', value: '20' });
    expect(server.dropped).toBe(0);
  });

  test('of all callers ends the request', async () => {
    const stop = new AbortController();
    server.onApi = () => {
      stop.abort();
      return new Promise(() => undefined);
    };
    const adapter = adapterOf(server, 'onoffice-address');
    await Promise.allSettled(records(3).map((id) => adapter.listPage(id, { signal: stop.signal })));
    while (server.dropped === 0) await realClock.sleep(5);
    expect(server.dropped).toBe(1);
  });

  test('before the request is sent keeps the action out of it', async () => {
    server.onApi = listOf(files(1));
    const adapter = adapterOf(server, 'onoffice-address');
    const stop = new AbortController();
    const gone = errorOf(adapter.listPage('1', { signal: stop.signal }));
    const stays = adapter.listPage('2', {});
    stop.abort();
    expect((await gone).kind).toBe('aborted');
    await stays;
    expect(server.exchanges.map(({ actions }) => actions.length)).toEqual([1]);
  });

  test('by close ends what is on its way', async () => {
    const adapter = adapterOf(server, 'onoffice-address');
    server.onApi = async () => {
      await adapter.close();
      await realClock.sleep(100);
      return {};
    };
    expect((await errorOf(adapter.listPage('1', {}))).kind).toBe('aborted');
  });
});
