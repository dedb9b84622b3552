import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CircuitBreaker, createFileSource, createLimiter, type FileSource } from '@filesource/core';
import { createHttpClient } from '@filesource/http';
import { createTestPorts, realClock } from '@filesource/testkit';
import fc from 'fast-check';
import { onoffice } from '../src/index.ts';
import { eachAction, envelope, failure, files, listOf, result, secret, startScriptedServer, token, type Answer, type Exchange, type ScriptedServer } from './helpers.ts';

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server.close());

const count = 4321;
const numbers = (most: number): string[] => Array.from({ length: most }, (_none, index) => String(index + 1));
const firstOf = ({ actions }: Exchange): number => Number(actions[0]?.parameters['listoffset']);
const down: Answer = { status: 503, body: 'down' };

interface Watched {
  readonly source: FileSource;
  readonly breaker: CircuitBreaker;
}

function watched(settings: Readonly<Record<string, unknown>> = {}, maxAttempts = 6, breakerFailures = 5): Watched {
  const definition = onoffice.providers['onoffice-address']!;
  const config = definition.configSchema.parse({ apiUrl: server.apiUrl, token, secret, ...settings });
  const ports = createTestPorts({ http: createHttpClient({ clock: realClock }), clock: realClock });
  const adapter = definition.create(config, { name: 'files', ports });
  const breaker = new CircuitBreaker(realClock, { failures: breakerFailures, coolDownMs: 60_000 });
  return { breaker, source: createFileSource({ name: 'files', provider: 'onoffice-address', adapter, ports, limiter: createLimiter(8), breaker, retry: { maxAttempts, baseDelayMs: 1 } }) };
}

interface Told {
  readonly ids: readonly string[];
  readonly error: unknown;
}

async function read(source: FileSource, readAhead = true, pageSize?: number): Promise<Told> {
  const ids: string[] = [];
  try {
    for await (const { items } of source.list('7', pageSize === undefined ? {} : { pageSize }).byPage({ readAhead })) ids.push(...items.map(({ id }) => id));
    return { ids, error: undefined };
  } catch (error) {
    return { ids, error };
  } finally {
    await source.close();
  }
}

async function until(isSo: () => boolean): Promise<void> {
  for (let turns = 0; !isSo() && turns < 400; turns += 1) await wait(5);
}

describe('what fails of pages ahead', () => {
  test('is waited for as long as onOffice says before the page is asked for again', async () => {
    let failed: { readonly first: number; readonly atMs: number } | undefined;
    let againMs = 0;
    server.onApi = (exchange) => {
      const first = firstOf(exchange);
      if (failed === undefined && first >= 600) {
        failed = { first, atMs: performance.now() };
        return { status: 503, headers: { 'retry-after': '1' }, body: '' };
      }
      if (againMs === 0 && first === failed?.first) againMs = performance.now();
      return listOf(files(count))(exchange);
    };
    expect((await read(watched().source)).ids).toEqual(numbers(count));
    expect(againMs - (failed?.atMs ?? 0)).toBeGreaterThan(900);
  });

  test.each<[string, (exchange: Exchange) => Answer | Promise<Answer>]>([
    ['by its status', () => down],
    ['inside a 200', eachAction((action) => failure(action, 500))],
  ])('counts for the breaker, %s', async (_how, fail) => {
    server.onApi = async (exchange) => {
      if (firstOf(exchange) === 0) return listOf(files(count))(exchange);
      // The page in its turn fails at once, those ahead a little later.
      if (firstOf(exchange) >= 600) await wait(30);
      return fail(exchange);
    };
    const { source, breaker } = watched({ maxActionsPerRequest: 5 }, 5);
    const reading = read(source);
    await until(() => breaker.state === 'open');
    expect(breaker.state).toBe('open');
    await source.close();
    await reading;
  });

  test('does not close the breaker when it comes late', async () => {
    let late: (() => void) | undefined;
    const isLate = new Promise<void>((resolve) => (late = resolve));
    let lateCame = 0;
    server.onApi = async (exchange) => {
      if (firstOf(exchange) === 0) return listOf(files(1500))(exchange);
      if (firstOf(exchange) < 600) return down;
      await isLate;
      lateCame += 1;
      return down;
    };
    const { source, breaker } = watched({ maxActionsPerRequest: 5 });
    const reading = read(source);
    await until(() => breaker.state === 'open');
    late?.();
    await until(() => lateCame > 0);
    await wait(50);
    expect([breaker.state, lateCame > 0]).toEqual(['open', true]);
    await source.close();
    await reading;
  });
});

test('pages ahead and all others take four requests at once and no more', async () => {
  let [now, most] = [0, 0];
  server.onApi = async (exchange) => {
    now += 1;
    most = Math.max(most, now);
    await wait(10);
    now -= 1;
    return listOf(files(9000))(exchange);
  };
  expect((await read(watched({ maxActionsPerRequest: 2 }).source)).ids).toHaveLength(9000);
  expect(most).toBe(4);
});

test('closing a source ends a listing whose pages ahead are on their way', async () => {
  server.onApi = async (exchange) => {
    if (firstOf(exchange) >= 600) await wait(20_000, undefined, { ref: false });
    return listOf(files(count))(exchange);
  };
  const { source } = watched({ maxActionsPerRequest: 5 });
  const reading = read(source);
  await until(() => server.exchanges.length >= 3);
  expect(server.exchanges.slice(2).some((exchange) => firstOf(exchange) >= 600)).toBe(true);
  await source.close();
  expect(await reading).toMatchObject({ error: { kind: 'aborted' } });
});

interface Result {
  readonly data: { readonly records: readonly object[] };
}

const whole = (exchange: Exchange): { readonly body: { readonly response: { readonly results: readonly Result[] } } } => listOf(files(count))(exchange) as never;
const resultsOf = (exchange: Exchange): readonly Result[] => whole(exchange).body.response.results;
const faults: Readonly<Record<string, (exchange: Exchange) => Answer | Promise<Answer>>> = {
  'no fault': (exchange) => whole(exchange),
  'a page': () => ({ status: 200, body: `<html>${'one moment '.repeat(20_000)}</html>` }),
  'a cut answer': (exchange) => ({ body: JSON.stringify(whole(exchange).body).slice(0, -40) }),
  nothing: () => ({ body: '' }),
  'a byte order mark': (exchange) => ({ body: `\uFEFF${JSON.stringify(whole(exchange).body)}` }),
  'status 503': () => down,
  'status 500 with results': (exchange) => ({ status: 500, body: whole(exchange).body }),
  'status 429': () => ({ status: 429, headers: { 'retry-after': '0' }, body: '' }),
  'an error of the whole answer': () => ({ body: { status: { code: 500, errorcode: 500, message: 'x' }, response: { results: [] } } }),
  'an error beside the results': (exchange) => ({ body: { ...whole(exchange).body, status: { code: 500, errorcode: 500, message: 'x' } } }),
  'an error of the last action': (exchange) => envelope(resultsOf(exchange).map((one, index) => (index === exchange.actions.length - 1 ? failure(exchange.actions[index]!, 500) : one))),
  'a result less': (exchange) => envelope(resultsOf(exchange).slice(1)),
  'results in another order': (exchange) => envelope(resultsOf(exchange).toReversed()),
  'one result for all': (exchange) => envelope(resultsOf(exchange).map((_one, _index, all) => ({ ...all[0] }))),
  'another total': ({ actions }) => envelope(actions.map((action) => result(action, files(100, Number(action.parameters['listoffset']) + 1).filter(({ id }) => Number(id) <= count), count + 1))),
  'a file without an id': (exchange) => envelope(resultsOf(exchange).map((one) => ({ ...one, data: { ...one.data, records: one.data.records.map((record, index) => (index === 3 ? { ...record, id: 'x' } : record)) } }))),
  'a late answer': async (exchange) => {
    await wait(15);
    return whole(exchange);
  },
  'a broken connection': () => (response) => void response.destroy(),
};
const names = Object.keys(faults);

describe('a list that is read ahead', () => {
  test.each(names)('fails as one that is read page by page, or not at all: %s in place of a page', async (name) => {
    const told = async (readAhead: boolean): Promise<Told> => {
      server.onApi = (exchange) => {
        const isBad = exchange.actions.some(({ parameters: { listoffset, listlimit } }) => Number(listoffset) <= 2000 && Number(listoffset) + Number(listlimit) > 2000);
        return faults[isBad ? name : 'no fault']!(exchange);
      };
      return read(watched({}, 2, 1000).source, readAhead);
    };
    const byPage = await told(false);
    // What shares a request differs, and with it what is hit.
    expect([byPage, { ids: numbers(count), error: undefined }]).toContainEqual(await told(true));
  });

  test.each([50, 7, 2])('gives each file once, whatever comes once in place of an answer, %i actions a request', async (maxActionsPerRequest) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...names), { minLength: 10, maxLength: 10 }), fc.constantFrom(undefined, 150, 40), async (plan, pageSize) => {
        let answers = 0;
        server.onApi = (exchange) => {
          answers += 1;
          return faults[plan[answers - 3] ?? 'no fault']!(exchange);
        };
        const { ids, error } = await read(watched({ maxActionsPerRequest }, 12, 1000).source, true, pageSize);
        expect([error, ids.length]).toEqual([undefined, count]);
        expect(ids).toEqual(numbers(count));
      }),
      { numRuns: 10 },
    );
  });
});
