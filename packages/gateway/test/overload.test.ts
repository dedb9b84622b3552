import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { rawRequest } from './support/raw-request.ts';
import { eventually, startWorld, tokens, type World } from './support/gateway.ts';

const settings = { maxConcurrentRequests: 8, maxConcurrentRequestsPerToken: 6, maxQueuedRequests: 40, maxQueueMs: 60_000 };

describe('overload', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ settings });
  });
  afterEach(() => world.onOffice.faults.set([]));
  afterAll(async () => world.close());

  const metric = async (name: string): Promise<number> => Number(new RegExp(`^filesource_gateway_${name} (\\d+)$`, 'm').exec(await (await world.get('/metrics')).text())?.[1]);

  /** Asks a vendor that does not answer, with each of the tokens. */
  function crowd(each: readonly string[]): { goAway(): Promise<void> } {
    world.onOffice.faults.set([{ kind: 'delay', ms: 600_000 }]);
    const stop = new AbortController();
    const answers = each.map((token) => world.get('/v1/sources/contacts/folders/15185/entries', { token, signal: stop.signal }).catch(() => undefined));
    return {
      goAway: async () => {
        world.onOffice.faults.set([]);
        stop.abort();
        await Promise.all(answers);
        await eventually(async () => (await metric('requests_in_flight')) === 0 && (await metric('requests_queued')) === 0);
      },
    };
  }

  test('of two thousand requests at once each gets its answer or 503 with Retry-After; no more wait than may, and nothing is left behind', async () => {
    const first = crowd(Array.from({ length: settings.maxConcurrentRequests }, (_unused, index) => (index % 2 === 0 ? tokens.all : tokens.contacts)));
    await eventually(async () => (await metric('requests_in_flight')) === settings.maxConcurrentRequests);
    const statuses = new Map<number, number>();
    const ask = async (_unused: unknown, index: number): Promise<void> => {
      const { status, headers, body } = await rawRequest(world.url, '/v1/sources/contacts/folders/15185/entries', { headers: { authorization: `Bearer ${index % 2 === 0 ? tokens.all : tokens.contacts}` } });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status !== 503) return;
      expect(headers['retry-after']).toBe('1');
      expect(JSON.parse(body)).toMatchObject({ type: 'urn:filesource:error:overloaded' });
    };
    const answers = Promise.all(Array.from({ length: 2000 }, ask));
    const overloaded = 2000 - settings.maxQueuedRequests;
    await eventually(() => statuses.get(503) === overloaded);
    expect(await metric('requests_queued')).toBe(settings.maxQueuedRequests);
    await first.goAway();
    await answers;
    expect([...statuses]).toEqual([[503, overloaded], [200, settings.maxQueuedRequests]]);
    expect([await metric('requests_in_flight'), await metric('requests_queued')]).toEqual([0, 0]);
    expect((await world.get('/v1/sources/contacts/folders/15185/entries')).status).toBe(200);
  });

  test('what a token has in flight leaves places for the others', async () => {
    const greedy = crowd(Array.from({ length: 20 }, () => tokens.all));
    await eventually(async () => (await metric('requests_queued')) === 14);
    expect(await metric('requests_in_flight')).toBe(6);
    expect((await world.get('/v1/sources', { token: tokens.reader })).status).toBe(200);
    expect(await metric('requests_queued')).toBe(14);
    await greedy.goAway();
  });

  test('health and readiness answer whatever waits', async () => {
    const greedy = crowd(Array.from({ length: 60 }, (_unused, index) => (index % 2 === 0 ? tokens.all : tokens.contacts)));
    await eventually(async () => (await metric('requests_queued')) > 0);
    expect([(await world.get('/healthz', { token: null })).status, (await world.get('/readyz', { token: null })).status]).toEqual([200, 200]);
    await greedy.goAway();
  });
});
