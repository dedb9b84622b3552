import { pbkdf2Sync } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { demoApiKeys, demoIds, demoUsers } from '../src/index.ts';
import { closeBenches, startBench } from './onlyoffice-client.ts';

afterEach(closeBenches);

const SIGN_IN = '/api/2.0/authentication';
const MY = '/api/2.0/files/@my?count=1';
const { userName, password } = demoUsers[0];

describe('signing in to DocSpace', () => {
  test('a password gives a token and sets the cookie', async () => {
    const { call } = await startBench();
    const { status, headers, response } = await call('POST', SIGN_IN, { body: { userName, password }, as: null });
    expect(status).toBe(200);
    expect(response).toEqual({ token: expect.any(String), expires: '2027-06-15T11:00:00.0000000+01:00' });
    expect(headers.get('set-cookie')).toMatch(/^asc_auth_key=.+httponly/);
  });

  test('a password hash made with the published salt is as good as the password', async () => {
    const { call } = await startBench();
    const settings = (await call('GET', '/api/2.0/settings', { as: null })).response as { passwordHash: { salt: string; iterations: number; size: number } };
    const { salt, iterations, size } = settings.passwordHash;
    const passwordHash = pbkdf2Sync(password, salt, iterations, size / 8, 'sha256').toString('hex');
    expect((await call('POST', SIGN_IN, { body: { userName, passwordHash }, as: null })).status).toBe(200);
    expect((await call('POST', SIGN_IN, { body: { userName, passwordHash: 'ab' }, as: null })).status).toBe(401);
  });

  test('wrong passwords give 401 without a stack and then 403 for a minute', async () => {
    const { call, pass } = await startBench();
    const wrong = { body: { userName, password: 'falsch' }, as: null };
    const first = await call('POST', SIGN_IN, wrong);
    expect([first.status, first.json]).toEqual([401, { error: { message: 'User authentication failed', hresult: 0 }, status: 1, statusCode: 401 }]);
    for (let attempt = 2; attempt <= 5; attempt += 1) await call('POST', SIGN_IN, wrong);
    expect((await call('POST', SIGN_IN, { body: { userName, password }, as: null })).status).toBe(403);
    pass(60_000);
    expect((await call('POST', SIGN_IN, { body: { userName, password }, as: null })).status).toBe(200);
  });

  test('a second step is asked for where the user has one', async () => {
    const { call } = await startBench();
    const body = { userName: demoUsers[2].userName, password: demoUsers[2].password };
    const first = await call('POST', SIGN_IN, { body, as: null });
    expect(first.response).toMatchObject({ tfa: true });
    expect(first.response).not.toHaveProperty('token');
    expect((await call('POST', `${SIGN_IN}/000000`, { body, as: null })).status).toBe(401);
    expect((await call('POST', `${SIGN_IN}/123456`, { body, as: null })).response).toHaveProperty('token');
  });

  test('an unknown user is 404 and a disabled one 403', async () => {
    const { call } = await startBench();
    expect((await call('POST', SIGN_IN, { body: { userName: 'niemand@example.test', password }, as: null })).status).toBe(404);
    const { userName: disabled, password: own } = demoUsers[3];
    expect((await call('POST', SIGN_IN, { body: { userName: disabled, password: own }, as: null })).status).toBe(403);
  });

  test('a session has no date of expiry', async () => {
    const { call } = await startBench();
    const { response } = await call('POST', SIGN_IN, { body: { userName, password, session: true }, as: null });
    expect(response).toMatchObject({ expires: '0001-01-01T00:00:00' });
  });
});

describe('what Authorization may carry', () => {
  test('DocSpace takes a raw token, a Bearer token, an API key, Basic and the cookie', async () => {
    const { call, token } = await startBench();
    const basic = `Basic ${Buffer.from(`${userName}:${password}`).toString('base64')}`;
    for (const as of [token, `Bearer ${token}`, `Bearer ${demoApiKeys[0].key}`, basic]) expect((await call('GET', MY, { as })).status).toBe(200);
    expect((await call('GET', MY, { as: null, headers: { cookie: `asc_auth_key=${encodeURIComponent(token)}` } })).status).toBe(200);
  });

  test('the cookie is read before the header', async () => {
    const { call, token } = await startBench();
    expect((await call('GET', MY, { as: token, headers: { cookie: 'asc_auth_key=stale' } })).status).toBe(401);
  });

  test('a challenge has no body, and a bad token makes the cookie go', async () => {
    const { call } = await startBench();
    const { status, text, headers } = await call('GET', MY, { as: 'nonsense' });
    expect([status, text]).toEqual([401, '']);
    expect(headers.get('set-cookie')).toMatch(/^asc_auth_key=;/);
    expect((await call('GET', MY, { as: 'Basic bnVsbDpudWxs' })).headers.get('www-authenticate')).toBe('Basic');
  });

  test('a key without the scope gets 403 without a body', async () => {
    const { call } = await startBench();
    const reads = `Bearer ${demoApiKeys[1].key}`;
    const contacts = `Bearer ${demoApiKeys[3].key}`;
    expect((await call('GET', '/api/2.0/files/fileops', { as: reads })).status).toBe(200);
    const refused = await call('PUT', '/api/2.0/files/fileops/bulkdownload', { as: reads, body: { fileIds: [demoIds.files.note] } });
    expect([refused.status, refused.text]).toEqual([403, '']);
    expect((await call('GET', MY, { as: contacts })).status).toBe(403);
  });

  test('tokens die of age, of logging out and on command', async () => {
    const { call, pass, sandbox, signIn, token } = await startBench({ tokenLifetimeMs: 5_000 });
    pass(5_000);
    expect((await call('GET', MY)).status).toBe(401);
    const second = await signIn();
    await call('POST', `${SIGN_IN}/logout`, { as: second });
    expect((await call('GET', SIGN_IN, { as: second })).response).toBe(false);
    const third = await signIn();
    expect((await call('GET', SIGN_IN, { as: third })).response).toBe(true);
    sandbox.quirks.expireTokensNow();
    expect((await call('GET', MY, { as: third })).status).toBe(401);
    expect(token).not.toBe(third);
  });
});

describe('callers who have not signed in to DocSpace', () => {
  test.each([null, 'Bearer worn-out'])('%s: a bulk download is 404 and the list of operations empty', async (as) => {
    const { call } = await startBench();
    const refused = await call('PUT', '/api/2.0/files/fileops/bulkdownload', { as, body: { fileIds: [demoIds.files.note] } });
    expect([refused.status, (refused.json?.['error'] as { message: string } | undefined)?.message]).toEqual([404, 'The required file was not found']);
    const list = await call('GET', '/api/2.0/files/fileops', { as });
    expect([list.status, list.response]).toEqual([200, []]);
  });

  test('entries are refused in three different ways', async () => {
    const { call } = await startBench();
    const status = async (path: string): Promise<number> => (await call('GET', `/api/2.0/files/${path}`, { as: null })).status;
    expect(await status(`file/${demoIds.files.note}`)).toBe(403);
    expect(await status(`folder/${demoIds.my}`)).toBe(401);
    expect(await status(`${demoIds.my}`)).toBe(403);
    expect(await status('4711')).toBe(403);
    expect(await status('file/4711')).toBe(404);
  });
});

describe('Workspace', () => {
  test('answers 201 to a sign-in and 500 to a wrong password', async () => {
    const { call } = await startBench({ generation: 'workspace' });
    expect((await call('POST', SIGN_IN, { body: { userName, password }, as: null })).status).toBe(201);
    const { status, json } = await call('POST', `${SIGN_IN}.json`, { body: { userName, password: 'x' }, as: null });
    expect([status, json]).toEqual([500, { status: 1, statusCode: 500, error: { message: 'User authentication failed', hresult: expect.any(Number), data: {} } }]);
  });

  test('takes the token from query, cookie and header, and Basic up to a comma', async () => {
    const { call, token } = await startBench({ generation: 'workspace' });
    const basic = `Basic ${Buffer.from(`${userName}:${password}`).toString('base64')}, more`;
    for (const as of [token, `Bearer ${token}, more`, basic]) expect((await call('GET', MY, { as })).status).toBe(200);
    expect((await call('GET', `${MY}&asc_auth_key=${encodeURIComponent(token)}`, { as: null })).status).toBe(200);
  });

  test('lets nobody at the operations without a token, and says so in plain text', async () => {
    const { call } = await startBench({ generation: 'workspace' });
    const { status, text, headers } = await call('GET', '/api/2.0/files/fileops.json', { as: 'bad' });
    expect([status, text, headers.get('www-authenticate')]).toEqual([401, 'Unauthorized', 'Basic Realm="127.0.0.1"']);
  });
});
