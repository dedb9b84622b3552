import { afterEach, describe, expect, test } from '@jest/globals';
import { realClock } from '@filesource/testkit';
import { docspace, docspaceError, startScript, workspace, type Answer, type Asked, type ScriptServer } from './script-server.ts';
import { errorOf, makeSource } from './make-source.ts';

let server: ScriptServer | undefined;
afterEach(async () => {
  await server?.close();
});

async function portal(answer: Answer): Promise<ScriptServer> {
  server = await startScript(answer);
  return server;
}

const login = { userName: 'anna@example.test', password: 'Sonnen"blume' };
const folder = { id: 7, title: 'Seven' };
const isLogin = ({ method, path }: Asked): boolean => method === 'POST' && path === '/api/2.0/authentication';
const isCheck = ({ method, path }: Asked): boolean => method === 'GET' && path === '/api/2.0/authentication';

describe('credentials', () => {
  test.each([
    [{ apiKey: 'sk-abcdef0123' }, 'Bearer sk-abcdef0123'],
    [{ token: 'plain-token' }, 'Bearer plain-token'],
    [{ token: 'Bearer eyJ.eyJ.sig' }, 'Bearer eyJ.eyJ.sig'],
  ])('%j is sent as %s', async (config, header) => {
    const { url, asked } = await portal(() => docspace(folder));
    await makeSource({ baseUrl: url, ...config }).source.stat('7');
    expect(asked.map(({ headers }) => headers.authorization)).toEqual([header]);
  });

  test.each([
    ['DocSpace', docspace({ token: 'session-1', expires: '2099-01-01T00:00:00.0000000Z' })],
    ['Workspace', workspace({ token: 'session-1', expires: '2099-01-01T00:00:00.0000000+03:00', sms: null }, 201)],
  ])('calls at the same time share one login to %s', async (_name, answer) => {
    const { url, asked, lines } = await portal((one) => (isLogin(one) ? answer : docspace(folder)));
    const { source, ports } = makeSource({ baseUrl: url, ...login });
    await Promise.all(Array.from({ length: 5 }, () => source.stat('7')));
    expect(lines().filter((line) => line.startsWith('POST'))).toHaveLength(1);
    expect(asked[0]!.body).toEqual({ userName: login.userName, password: login.password });
    expect(asked.at(-1)!.headers.authorization).toBe('Bearer session-1');
    expect(ports.redactor.redact('it is session-1')).toBe('it is [redacted]');
  });

  test('a login is renewed shortly before it runs out, by the clock of the portal', async () => {
    let count = 0;
    const { url, asked } = await portal((one) => {
      if (!isLogin(one)) return docspace(folder);
      count += 1;
      return { ...docspace({ token: `session-${count}`, expires: '2020-01-01T00:10:00Z' }), headers: { date: 'Wed, 01 Jan 2020 00:00:00 GMT' } };
    });
    let nowMs = 1_900_000_000_000;
    const clock = { now: () => nowMs, sleep: (_ms: number, signal?: AbortSignal) => new Promise<void>((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))) };
    const { source } = makeSource({ baseUrl: url, ...login }, { clock });
    await source.stat('7');
    nowMs += 530_000;
    await source.stat('7');
    nowMs += 20_000;
    await source.stat('7');
    expect(asked.filter((one) => !isLogin(one)).map(({ headers }) => headers.authorization)).toEqual(['Bearer session-1', 'Bearer session-1', 'Bearer session-2']);
  });

  test('a 401 renews the login once, and the second one is the answer', async () => {
    let count = 0;
    const { url, lines } = await portal((one) => {
      if (!isLogin(one)) return { status: 401, body: '' };
      count += 1;
      return docspace({ token: `session-${count}` });
    });
    expect(await errorOf(makeSource({ baseUrl: url, ...login }).source.stat('7'))).toMatchObject({ kind: 'unauthenticated', status: 'permanent', httpStatus: 401 });
    expect(lines()).toEqual(['POST /api/2.0/authentication', 'GET /api/2.0/files/folder/7', 'POST /api/2.0/authentication', 'GET /api/2.0/files/folder/7']);
  });

  test.each([
    ['DocSpace: wrong password', docspaceError(401, 'User authentication failed'), 'unauthenticated'],
    ['Workspace: wrong password', { status: 500, json: { status: 1, statusCode: 500, error: { message: 'User authentication failed', hresult: -2146233087, data: {} } } }, 'unauthenticated'],
    ['unknown user', docspaceError(404, 'The user could not be found'), 'unauthenticated'],
    ['disabled user', docspaceError(403, 'Access denied'), 'unauthenticated'],
    ['too many tries', docspaceError(403, 'Login Fail. Too many attempts, try again later'), 'rate-limited'],
    ['second factor', docspace({ tfa: true, tfaKey: 'x', confirmUrl: 'https://x/confirm' }), 'unauthenticated'],
    ['second factor as a text', docspace({ tfa: 'true' }), 'unauthenticated'],
    ['an answer without a token', docspace({ expires: '2099-01-01T00:00:00.0000000Z' }), 'vendor-protocol'],
    ['a refusal in a success', { json: { status: 1, statusCode: 401 } }, 'unauthenticated'],
    ['text message', workspace({ sms: true, phoneNoise: '***' }, 201), 'unauthenticated'],
    ['a broken portal', docspaceError(500, 'Object reference not set', 'System.NullReferenceException'), 'vendor-failure'],
    ['a page', { body: '<html>hello</html>' }, 'vendor-protocol'],
    ['a page of another server', { status: 404, body: '<html>404 Not Found</html>' }, 'vendor-protocol'],
    ['a server that wants TLS', { status: 400, body: '<html>The plain HTTP request was sent to HTTPS port</html>' }, 'vendor-protocol'],
    ['nothing', { body: '' }, 'vendor-protocol'],
  ])('%s is an error of the login', async (_name, answer, kind) => {
    const { url } = await portal((one) => (isLogin(one) ? answer : undefined));
    const error = await errorOf(makeSource({ baseUrl: url, ...login }).source.stat('7'));
    expect(error['kind']).toBe(kind);
    expect(JSON.stringify(error)).not.toContain(login.password);
  });

  test('a date that cannot be read costs no login', async () => {
    const { url, lines } = await portal((one) => (isLogin(one) ? docspace({ token: 'session-1', expires: 4_070_908_800, tfa: 0 }) : docspace(folder)));
    await makeSource({ baseUrl: url, ...login }).source.stat('7');
    expect(lines()[0]).toBe('POST /api/2.0/authentication');
  });

  test('a second factor is answered with the advice to use a key', async () => {
    const { url } = await portal(() => docspace({ tfa: true }));
    expect(await errorOf(makeSource({ baseUrl: url, ...login }).source.stat('7'))).toMatchObject({ kind: 'unauthenticated', advice: expect.stringContaining('API key') });
  });

  test('a refused password is not tried again within the minute', async () => {
    const { url, lines } = await portal(() => docspaceError(401, 'User authentication failed'));
    const { source } = makeSource({ baseUrl: url, ...login }, { clock: realClock });
    for (let count = 0; count < 4; count += 1) await errorOf(source.stat('7'));
    expect(lines()).toEqual(['POST /api/2.0/authentication']);
  });

  test('aborting one call leaves the login to the others', async () => {
    const { url } = await portal((one) => (isLogin(one) ? docspace({ token: 'session-1' }) : docspace(folder)));
    const { source } = makeSource({ baseUrl: url, ...login });
    const abort = new AbortController();
    const aborted = errorOf(source.stat('7', { signal: abort.signal }));
    const other = source.stat('7');
    abort.abort();
    expect((await aborted)['kind']).toBe('aborted');
    expect((await other).id).toBe('7');
  });

  test('closing gives up a login of DocSpace', async () => {
    const { url, asked } = await portal((one) => (isLogin(one) ? docspace({ token: 'session-1' }) : docspace(folder)));
    const { source } = makeSource({ baseUrl: url, ...login });
    await source.stat('7');
    await source.close();
    expect(asked.at(-1)).toMatchObject({ path: '/api/2.0/authentication/logout', headers: { authorization: 'Bearer session-1' } });
  });
});

describe('a token that DocSpace takes for nobody', () => {
  const missing = docspaceError(404, 'The required file was not found', 'ASC.Common.ItemNotFoundException');

  test.each([404, 403])('is unauthenticated and not what a %d says', async (status) => {
    const { url } = await portal((one) => (isCheck(one) ? docspace(false) : docspaceError(status, 'x')));
    expect(await errorOf(makeSource({ baseUrl: url }).source.stat('7/8'))).toMatchObject({ kind: 'unauthenticated' });
  });

  test.each([
    ['known', docspace(true)],
    ['known, without the scope to ask', { status: 403, body: '' }],
    ['a portal that cannot tell', { status: 404, body: '' }],
  ])('%s: then the first answer stands, and is asked about once', async (_name, check) => {
    const { url, asked } = await portal((one) => (isCheck(one) ? check : missing));
    const { source } = makeSource({ baseUrl: url });
    for (let count = 0; count < 3; count += 1) expect(await errorOf(source.stat('7/8'))).toMatchObject({ kind: 'not-found', message: expect.stringContaining('The required file was not found') });
    expect(asked.filter(isCheck)).toHaveLength(1);
  });

  test('a page in place of everything is another server, and nothing that is not there', async () => {
    for (const status of [400, 403, 404]) {
      for (const generation of ['auto', 'workspace']) {
        const { url } = await portal(() => ({ status, body: `<html>${status}</html>` }));
        expect(await errorOf(makeSource({ baseUrl: url, generation }).source.stat('7/8'))).toMatchObject({ kind: 'vendor-protocol', status: 'permanent', httpStatus: status, advice: expect.stringContaining('baseUrl') });
      }
    }
  });

  test('a page that a proxy puts in place of what is not there is believed where the portal answers', async () => {
    const { url } = await portal((one) => (isCheck(one) ? docspace(true) : { status: 404, body: '<html>404</html>' }));
    expect(await errorOf(makeSource({ baseUrl: url }).source.stat('7/8'))).toMatchObject({ kind: 'not-found' });
  });

  test('a login that died is renewed, and the call made again', async () => {
    let count = 0;
    const { url } = await portal((one) => {
      if (isLogin(one)) {
        count += 1;
        return docspace({ token: `session-${count}` });
      }
      const isAlive = one.headers.authorization === 'Bearer session-2';
      if (isCheck(one)) return docspace(isAlive);
      return isAlive ? docspace(folder) : missing;
    });
    expect((await makeSource({ baseUrl: url, ...login }).source.stat('7')).name).toBe('Seven');
  });

  test('Workspace is not asked: nothing is open to nobody there', async () => {
    const { url, lines } = await portal(() => docspaceError(404, 'gone'));
    await errorOf(makeSource({ baseUrl: url, generation: 'workspace' }).source.stat('7'));
    expect(lines()).toHaveLength(1);
  });
});
