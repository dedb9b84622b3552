import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createFileSource, createLimiter } from '@filesource/core';
import { createHttpClient } from '@filesource/http';
import { createTestPorts, realClock } from '@filesource/testkit';
import { adapterOf, eachAction, envelope, errorOf, failure, files, listOf, ok, result, secret, startScriptedServer, token, type Answer, type ScriptedServer } from './helpers.ts';

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server.close());

const listError = async (answer: Answer): Promise<unknown> => {
  server.onApi = () => answer;
  return errorOf(adapterOf(server, 'onoffice-address').listPage('1237', {}));
};

describe('codes', () => {
  const table: readonly (readonly [string, string, readonly number[]])[] = [
    ['unauthenticated', 'permanent', [13, 22, 28, 30, 40, 41, 42, 43, 45, 47, 48, 49, 136, 137, 153, 201, 243]],
    ['permission-denied', 'permanent', [149, 155, 156, 158, 174, 175, 176, 253]],
    ['not-found', 'permanent', [80, 121, 127, 169, 235, 292, 293]],
    ['invalid-argument', 'permanent', [96, 110, 117, 160, 167, 185, 228, 254, 255, 294]],
    ['unsupported', 'permanent', [23, 24, 25, 199]],
    ['vendor-failure', 'temporary', [1, 303, 999]],
    ['vendor-failure', 'permanent', [132, 7777]],
  ];
  test.each(table.flatMap(([kind, status, codes]) => codes.map((code) => [code, kind, status] as const)))('%i is %s, %s', async (code, kind, status) => {
    server.onApi = eachAction((action) => failure(action, code));
    expect(await errorOf(adapterOf(server, 'onoffice-address').listPage('1', {}))).toMatchObject({ kind, status, vendorCode: String(code) });
  });

  test.each([193, 201, 248])('%i, which only the marketplace has, does not send to token and secret that are right', async (code) => {
    server.onApi = eachAction((action) => failure(action, code));
    expect((await errorOf(adapterOf(server, 'onoffice-address').listPage('1', {}))).advice).toContain('marketplace');
  });

  test('are told with the text of the vendor, without control characters', async () => {
    server.onApi = eachAction((action) => failure(action, 24, 'missing configuration for\nresourceId "task"'));
    const error = await errorOf(adapterOf(server, 'onoffice-address').listPage('1', {}));
    expect(error.message).toBe('onOffice answers with an error: missing configuration for resourceId "task"');
  });
});

describe('the shapes of an error', () => {
  const shapes: readonly (readonly [string, unknown, unknown])[] = [
    ['in the action alone', ok, { errorcode: 292, message: 'Unknown address record id.' }],
    ['with 97 above', { code: 200, errorcode: 97, message: 'Error in action' }, { errorcode: 292, message: 'x' }],
    ['the same above, under 500', { code: 500, errorcode: 292, message: 'x' }, { errorcode: 292, message: 'x' }],
    ['with code in place of errorcode', ok, { code: 292, message: 'x' }],
    ['with code 200 beside it', ok, { code: 200, errorcode: 292, message: 'x' }],
    ['as a text', { code: '200', errorcode: '0', message: 'OK' }, { errorcode: '292', message: 'x' }],
    ['without a status above', null, { errorcode: 292 }],
    ['with a message of null', ok, { errorcode: 292, message: null }],
  ];
  test.each(shapes)('%s', async (_name, whole, status) => {
    for (const httpStatus of [200, 400, 500]) {
      server.onApi = ({ actions }) => ({ status: httpStatus, ...envelope(actions.map((action) => result(action, [], 0, { data: [], status })), whole) });
      expect(await errorOf(adapterOf(server, 'onoffice-address').listPage('1', {}))).toMatchObject({ kind: 'not-found', vendorCode: '292' });
    }
  });

  const wholes: readonly (readonly [string, unknown, string, string])[] = [
    ['400 with 22', { code: 400, errorcode: 22, message: 'Not authenticated' }, 'unauthenticated', 'permanent'],
    ['400 alone', { code: 400, message: 'not authenticated' }, 'unauthenticated', 'permanent'],
    ['500 alone', { code: 500, message: 'server error' }, 'vendor-failure', 'temporary'],
    ['97 that no action explains', { code: 200, errorcode: 97, message: 'Error in action' }, 'vendor-failure', 'temporary'],
    ['137 as a text', { code: '400', errorcode: '137', message: 'The HMAC is invalid.' }, 'unauthenticated', 'permanent'],
    ['an array', { code: [200, 200], errorcode: [0, 0] }, 'vendor-protocol', 'temporary'],
  ];
  test.each(wholes)('for the whole answer: %s', async (_name, status, kind, errorStatus) => {
    for (const response of [undefined, [], { results: [] }]) {
      expect(await listError({ body: { status, ...(response === undefined ? {} : { response }) } })).toMatchObject({ kind, status: errorStatus });
    }
    server.onApi = ({ actions }) => envelope(actions.map((action) => result(action, [])), status);
    expect(await errorOf(adapterOf(server, 'onoffice-address').listPage('1237', {}))).toMatchObject({ kind, status: errorStatus });
  });

  test.each([
    ['no results', { body: { status: ok, response: {} } }],
    ['no response', { body: { status: ok } }],
    ['a list', { body: [] }],
    ['null', { body: 'null' }],
    ['a text', { body: '"OK"' }],
    ['HTML', { body: '<!DOCTYPE html><html><body>Wartung</body></html>', headers: { 'content-type': 'text/html' } }],
    ['nothing', { body: '' }],
    ['half a JSON', { body: '{"status":{"code":200,"errorcode":0,"mess' }],
  ])('an answer that is %s may pass', async (_name, answer) => {
    expect(await listError(answer)).toMatchObject({ kind: 'vendor-protocol', status: 'temporary' });
  });

  test.each(['<!DOCTYPE html><html><body>Wartung</body></html>', '', '{"status":{"code'])('an answer that is no JSON says where to look: %j', async (body) => {
    expect(await listError({ body })).toMatchObject({ httpStatus: 200, advice: expect.stringMatching(/apiUrl.*maintenance/) });
  });

  test('an answer of any size is not read to its end', async () => {
    expect(await listError({ body: ' '.repeat(3 * 1024 * 1024) })).toMatchObject({ kind: 'too-large' });
  });

  test('an answer with a byte order mark and results under no status is read', async () => {
    server.onApi = ({ actions }) => ({ body: `\uFEFF${JSON.stringify({ response: { results: actions.map((action) => result(action, files(1))) } })}` });
    expect((await adapterOf(server, 'onoffice-address').listPage('1', {})).items).toHaveLength(1);
  });
});

describe('HTTP statuses', () => {
  test.each([
    [301, 'vendor-protocol', 'permanent'],
    [400, 'vendor-protocol', 'permanent'],
    [401, 'unauthenticated', 'permanent'],
    [402, 'quota-exceeded', 'permanent'],
    [403, 'permission-denied', 'permanent'],
    [404, 'vendor-protocol', 'permanent'],
    [408, 'timeout', 'temporary'],
    [413, 'too-large', 'permanent'],
    [429, 'rate-limited', 'temporary'],
    [500, 'vendor-failure', 'temporary'],
    [502, 'vendor-failure', 'temporary'],
    [503, 'vendor-failure', 'temporary'],
    [504, 'vendor-failure', 'temporary'],
  ])('%i is %s, %s, whatever the body', async (status, kind, errorStatus) => {
    for (const body of ['', '<html>error</html>', '{"half', { error: 'no' }]) {
      expect(await listError({ status, body })).toMatchObject({ kind, status: errorStatus, httpStatus: status });
    }
  });

  test('a wait that the vendor asks for is passed on', async () => {
    expect(await listError({ status: 429, headers: { 'retry-after': '7' } })).toMatchObject({ retryAfterMs: 7000 });
    expect(await listError({ status: 503, headers: { 'retry-after': '3' } })).toMatchObject({ retryAfterMs: 3000 });
  });

  test('a wait until a time of the vendor\'s clock is as long as that clock says, however wrong the one here is', async () => {
    const headers = { date: 'Fri, 02 Jan 2026 03:04:05 GMT', 'retry-after': 'Fri, 02 Jan 2026 03:04:35 GMT' };
    expect(await listError({ status: 429, headers })).toMatchObject({ retryAfterMs: 30_000 });
  });

  test('a wrong apiUrl is named as the likely reason for 404', async () => {
    expect((await listError({ status: 404 })) as { advice: string }).toMatchObject({ advice: expect.stringContaining('apiUrl') });
  });
});

describe('a clock that is off', () => {
  test.each([
    [3_600_000, '60 minutes ahead'],
    [-7_200_000, '120 minutes behind'],
  ])('by %i ms is told by how much', async (offMs, text) => {
    const clock = { now: () => Date.now() + offMs, sleep: realClock.sleep };
    for (const code of [136, 137]) {
      server.onApi = eachAction((action) => failure(action, code, 'timestamp invalid'));
      const error = await errorOf(adapterOf(server, 'onoffice-address', {}, { clock }).listPage('1', {}));
      expect(error.kind).toBe('unauthenticated');
      expect(error.advice).toContain(text);
    }
  });

  test('is named even when the answer has no date', async () => {
    server.onApi = ({ actions }) => (response) => {
      response.sendDate = false;
      response.end(JSON.stringify(envelope(actions.map((action) => failure(action, 136))).body));
    };
    expect((await errorOf(adapterOf(server, 'onoffice-address').listPage('1', {}))).advice).toContain('clock');
  });

  test('is not blamed when it is right', async () => {
    server.onApi = eachAction((action) => failure(action, 137));
    expect((await errorOf(adapterOf(server, 'onoffice-address').listPage('1', {}))).advice).toContain('secret');
  });
});

describe('through the layers of core', () => {
  const source = (): ReturnType<typeof createFileSource> => {
    const ports = createTestPorts({ http: createHttpClient({ clock: realClock }) });
    const adapter = adapterOf(server, 'onoffice-address', {}, ports);
    return createFileSource({ name: 'contacts', provider: 'onoffice-address', adapter, limiter: createLimiter(10), ports });
  };

  test('a missing result is asked for again, signed anew', async () => {
    server.onApi = (exchange) => (server.exchanges.length === 1 ? { body: { status: ok, response: { results: [] } } } : listOf(files(2))(exchange));
    const ids: string[] = [];
    for await (const entry of source().list('1237')) ids.push(entry.id);
    expect(ids).toEqual(['1', '2']);
    expect(server.exchanges[0]?.actions[0]?.identifier).not.toBe(server.exchanges[1]?.actions[0]?.identifier);
  });

  test('no error shows the token, the secret or the query of a link', async () => {
    server.onApi = eachAction((action) => failure(action, 22, `token ${token} of secret ${secret} at https://smart.onoffice.de/x.php?params=SIGNED`));
    const error = await errorOf(source().stat('1237'));
    const text = `${inspect(error, { depth: 10 })} ${JSON.stringify(error)} ${error.describe()} ${error.stack}`;
    expect(error.kind).toBe('unauthenticated');
    for (const hidden of [token, secret, 'SIGNED']) expect(text).not.toContain(hidden);
  });
});
