import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Secret, type Clock } from '@filesource/core';
import { nodeHashing } from '@filesource/testkit';
import { signature } from '../src/exchange.ts';
import { adapterOf, errorOf, files, idsOf, listOf, secret, startScriptedServer, token, type ScriptedServer } from './helpers.ts';

const action = 'urn:onoffice-de-ns:smart:2.5:smartml:action:';

describe('the signature', () => {
  test.each([
    ['the SDK, estateCategories', 'mgjIQkNRnaqggVzy9cZW', 'yOJobbhGLXdp90XxvxedFhH7073L9U', 123456789, 'estateCategories', 'get', 'dsvg3r4AFcQXges0MZ+3auzQVfnEB39pLkKSgmm9Wvg='],
    ['the SDK, calendar', 'testtoken', 'testsecret', 1646228220, 'calendar', 'read', 'w6ifKMmAdJoKhu0vl2twvfP+ltyOTQ7LqLpvsZkOnlg='],
    ['file', 'testtoken', 'testsecret', 1646228220, 'file', 'get', 'MMVxOB/NKvTPWyUJIOQ1B/wbN15nUbPjdB0sxTInDqc='],
    ['downloadFiles', 'testtoken', 'testsecret', 1646228220, 'downloadFiles', 'get', 'aI1xJ9iRBa1o/19NZcifA8QEnEaN/s5oN4IeUKMUf1g='],
  ])('is that of the published vector: %s', (_name, ownToken, ownSecret, timestamp, resourcetype, verb, hmac) => {
    const account = { token: new Secret(ownToken), secret: new Secret(ownSecret) };
    expect(signature(nodeHashing, account, { timestamp, resourcetype, actionid: `${action}${verb}` })).toBe(hmac);
  });
});

describe('a request', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await startScriptedServer();
  });
  afterEach(() => server.close());

  test('carries the documented fields, and signs the timestamp that it sends', async () => {
    server.onApi = listOf(files(1));
    await adapterOf(server, 'onoffice-address').listPage('1237', {});
    const [exchange] = server.exchanges;
    const [sent] = exchange?.actions ?? [];
    expect(exchange?.headers['content-type']).toBe('application/json');
    expect(exchange?.token).toBe(token);
    expect(sent).toMatchObject({ actionid: `${action}get`, resourceid: 'address', resourcetype: 'file', hmac_version: '2', parameters: { addressid: 1237, listlimit: 100, listoffset: 0 } });
    expect(sent?.identifier).not.toBe('');
    expect(sent?.hmac).toBe(nodeHashing.hmacSha256Base64(secret, `${sent?.timestamp}${token}file${action}get`));
  });

  test('reads the clock once for each action, and again for each attempt', async () => {
    let seconds = 1_700_000_000;
    const clock: Clock = { now: () => (seconds += 1) * 1000, sleep: () => new Promise(() => undefined) };
    server.onApi = listOf(files(1));
    const adapter = adapterOf(server, 'onoffice-address', {}, { clock });
    await Promise.all([adapter.listPage('1', {}), adapter.listPage('2', {})]);
    await adapter.listPage('1', {});
    const sent = server.exchanges.flatMap(({ actions }) => actions);
    for (const { timestamp, hmac } of sent) expect(hmac).toBe(nodeHashing.hmacSha256Base64(secret, `${timestamp}${token}file${action}get`));
    expect((sent[1]?.timestamp ?? 0) - (sent[0]?.timestamp ?? 0)).toBe(1);
    expect(new Set(sent.map(({ timestamp }) => timestamp)).size).toBe(3);
    expect(new Set(sent.map(({ identifier }) => identifier)).size).toBe(3);
  });

  test('follows a redirect to another version of the API as the POST that it was, and never to another host', async () => {
    server.onApi = (exchange) => (server.exchanges.length === 1 ? { status: 301, headers: { location: '/api/latest/api.php' } } : listOf(files(2))(exchange));
    await expect(idsOf(adapterOf(server, 'onoffice-address'), '1')).resolves.toEqual(['1', '2']);
    server.onApi = () => ({ status: 302, headers: { location: 'https://elsewhere.example/api.php?ticket=geheim' } });
    expect(await errorOf(adapterOf(server, 'onoffice-address').listPage('1', {}))).toMatchObject({
      kind: 'vendor-protocol',
      status: 'permanent',
      httpStatus: 302,
      message: 'onOffice redirects its API to https://elsewhere.example/api.php?…',
      advice: expect.stringContaining('apiUrl'),
    });
  });

  test.each(['0', '-1', '1.5', 'abc', '@my', '01', ' 1', '99999999999999999999'])('is never sent for the id %s', async (id) => {
    for (const provider of ['onoffice-address', 'onoffice-appointment'] as const) {
      const adapter = adapterOf(server, provider);
      const calls = [adapter.listPage(id, {}), adapter.stat({ folder: id }, {}), adapter.stat({ folder: '1', file: id }, {}), adapter.open({ folder: '1', file: id }, {}), adapter.link({ folder: '1', file: id }, {})];
      for (const call of calls) expect((await errorOf(call)).kind).toBe('invalid-argument');
    }
    expect(server.exchanges).toHaveLength(0);
  });
});
