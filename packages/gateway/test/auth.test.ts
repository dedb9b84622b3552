import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Secret } from '@filesource/core';
import { createVirtualClock } from '@filesource/testkit';
import { Grants } from '../src/auth/grants.ts';
import { Sessions } from '../src/auth/sessions.ts';
import { gatewaySchema } from '../src/index.ts';
import { rawRequest } from './support/raw-request.ts';
import { startWorld, tokens, type World } from './support/gateway.ts';

describe('access', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ settings: { publicUrl: 'https://files.example.com' } });
  });
  afterAll(async () => world.close());

  test.each([
    ['no token', {}],
    ['an unknown token', { authorization: 'Bearer another-token-of-32-characters-0' }],
    ['a token that is cut', { authorization: `Bearer ${tokens.all.slice(0, -1)}` }],
    ['a token with more behind it', { authorization: `Bearer ${tokens.all}x` }],
    ['another scheme', { authorization: `Basic ${Buffer.from(`x:${tokens.all}`).toString('base64')}` }],
    ['an unknown session', { cookie: 'filesource_session=nonsense' }],
  ])('%s is refused with 401, on every route of the API, known or not', async (_what, headers) => {
    for (const path of ['/v1/sources', '/v1/sources/contacts/folders/1237/entries', '/v1/operations/x', '/v1/nonsense', '/metrics']) {
      const answer = await rawRequest(world.url, path, { headers: headers as Record<string, string> });
      expect({ path, status: answer.status }).toEqual({ path, status: 401 });
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
      expect(JSON.parse(answer.body)).toMatchObject({ kind: 'unauthenticated', instance: answer.headers['x-request-id'] });
    }
  });

  test.each([
    ['/v1/sources/contacts/links', { folder: '1237' }],
    ['/v1/sources/contacts/archives', { refs: ['1237'] }],
    ['/v1/operations', { token: 'x' }],
  ])('a token without the scope gets 403 for %s, and no vendor is asked', async (path, body) => {
    const before = world.onOffice.requests.length;
    const response = await world.post(path, body, tokens.reader);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ kind: 'permission-denied', type: 'urn:filesource:error:scope-needed' });
    expect(world.onOffice.requests.length).toBe(before);
  });

  test('metrics need their own scope', async () => {
    expect((await world.get('/metrics', { token: tokens.reader })).status).toBe(403);
    expect(await (await world.get('/metrics')).text()).toMatch(/^filesource_gateway_requests_total\{method="GET",route="\/metrics",status="403"\} 1$/m);
  });

  test('a source that the token may not use is one that is not there', async () => {
    const answerOf = async (source: string): Promise<unknown> => {
      const response = await world.get(`/v1/sources/${source}/folders/1/entries`, { token: tokens.contacts });
      const { instance: _instance, ...problem } = (await response.json()) as { instance: string; detail: string };
      return { ...problem, detail: problem.detail.replace(source, 'X') };
    };
    expect(await answerOf('documents')).toEqual(await answerOf('nonsense'));
    expect(await answerOf('documents')).toMatchObject({ status: 404, kind: 'not-found' });
  });

  describe('a session', () => {
    async function start(): Promise<{ readonly cookie: string; readonly attributes: string }> {
      const response = await world.get('/v1/session', { method: 'POST' });
      const [cookie = '', ...attributes] = (response.headers.get('set-cookie') ?? '').split('; ');
      expect(response.status).toBe(204);
      return { cookie, attributes: attributes.join('; ') };
    }
    const ownOrigin = { origin: 'https://files.example.com', 'sec-fetch-site': 'same-origin' };

    test('is a cookie that no script reads and no other site sends', async () => {
      const { cookie, attributes } = await start();
      expect(cookie).toMatch(/^filesource_session=[\w-]{43}$/);
      expect(attributes).toBe('Path=/; HttpOnly; SameSite=Strict; Max-Age=43200; Secure');
    });

    test('reads as its token does, and ends when it is ended', async () => {
      const { cookie } = await start();
      const read = async (): Promise<number> => (await rawRequest(world.url, '/v1/sources', { headers: { cookie: `a=b; ${cookie}` } })).status;
      expect(await read()).toBe(200);
      const ended = await rawRequest(world.url, '/v1/session', { method: 'DELETE', headers: { cookie, ...ownOrigin } });
      expect({ status: ended.status, cookie: ended.headers['set-cookie'] }).toEqual({ status: 204, cookie: [expect.stringContaining('Max-Age=0')] });
      expect(await read()).toBe(401);
    });

    test.each([
      ['from another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
      ['from another host of the same site', { origin: 'https://other.example.com', 'sec-fetch-site': 'same-site' }],
      ['from a page that hides where it is from', { origin: 'null' }],
      ['from who knows where', {}],
      ['with an origin that only looks right', { origin: 'https://files.example.com.evil.example' }],
    ])('changes nothing %s', async (_what, headers) => {
      const { cookie } = await start();
      const answer = await rawRequest(world.url, '/v1/sources/contacts/links', { method: 'POST', headers: { cookie, 'content-type': 'application/json', ...(headers as Record<string, string>) }, body: '{"folder":"1237"}' });
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.body)).toMatchObject({ type: 'urn:filesource:error:cross-site' });
    });

    test('starts no other one: else a cookie would be good for ever', async () => {
      const { cookie } = await start();
      const answer = await rawRequest(world.url, '/v1/session', { method: 'POST', headers: { cookie, ...ownOrigin } });
      expect({ status: answer.status, cookie: answer.headers['set-cookie'] }).toEqual({ status: 401, cookie: undefined });
      expect(JSON.parse(answer.body)).toMatchObject({ type: 'urn:filesource:error:token-needed' });
    });

    test('works from the page', async () => {
      const { cookie } = await start();
      const answer = await rawRequest(world.url, '/v1/sources/contacts/links', { method: 'POST', headers: { cookie, 'content-type': 'application/json', ...ownOrigin }, body: '{"folder":"1237"}' });
      expect(answer.status).toBe(200);
    });
  });

  test('no answer and no log line holds a token, a session or a credential of a vendor', async () => {
    const { cookie } = { cookie: (await world.get('/v1/session', { method: 'POST' })).headers.get('set-cookie') ?? '' };
    world.onlyOffice.faults.set([{ kind: 'status', code: 500, times: 20 }]);
    const failed = await world.get('/v1/sources/documents/folders/101/entries');
    const text = JSON.stringify(world.log) + (await failed.text());
    expect(failed.status).toBe(502);
    for (const secret of [...Object.values(tokens), world.onOffice.token, world.onOffice.secret, cookie.split(/[=;]/)[1] ?? 'x']) expect(text).not.toContain(secret);
    world.onlyOffice.faults.set([]);
  });
});

describe('the tokens of a config', () => {
  test.each(['a token of several words', 'a-token-with-ümlauts', 'two-lines-of-a-token\nthat-was-pasted'])('are refused where no header can bring them: %j', (token) => {
    const parsed = gatewaySchema.safeParse({ tokens: [{ name: 'a', token, sources: ['*'], scopes: ['read'] }] });
    expect(parsed.error?.issues).toEqual([expect.objectContaining({ message: expect.stringContaining('fits into no header') })]);
  });
});

describe('grants', () => {
  const settings = (name: string, token: string): ConstructorParameters<typeof Grants>[0][number] => ({ name, token: new Secret(token), sources: ['*'], scopes: ['read'] });

  test('find a token among others, whatever their lengths', () => {
    const grants = new Grants([settings('a', 'a'.repeat(20)), settings('b', 'b'.repeat(300)), settings('c', `${'a'.repeat(20)}c`)]);
    expect(grants.find('b'.repeat(300))?.name).toBe('b');
    expect(grants.find('a'.repeat(20))?.name).toBe('a');
    for (const token of ['', 'a'.repeat(19), 'a'.repeat(21), 'ä'.repeat(20)]) expect(grants.find(token)).toBeUndefined();
  });
});

describe('sessions', () => {
  test('expire, and the oldest goes when there are too many', async () => {
    const clock = createVirtualClock();
    const grant = { name: 'a', scopes: new Set<never>(), mayUse: () => true };
    const sessions = new Sessions(clock, { maxSessions: 2, sessionLifetimeMs: 1000 });
    const [first, second, third] = [sessions.start(grant), sessions.start(grant), sessions.start(grant)];
    expect([first, second, third].map((value) => sessions.find(value) !== undefined)).toEqual([false, true, true]);
    await clock.advance(1000);
    expect(sessions.find(third)).toBeUndefined();
    sessions.start(grant);
    expect(sessions.count).toBe(1);
  });
});
