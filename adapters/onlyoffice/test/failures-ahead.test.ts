import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, jest, test } from '@jest/globals';
import { CircuitBreaker, createFileSource, createLimiter, type FileSource } from '@filesource/core';
import { createHttpClient } from '@filesource/http';
import { createTestPorts, realClock } from '@filesource/testkit';
import { onlyoffice } from '../src/index.ts';
import { errorOf } from './make-source.ts';
import { docspace, scriptStarter, workspace, type Asked, type Told } from './script-server.ts';

const portal = scriptStarter();

const start = ({ query }: Asked): number => Number(query.get('startIndex'));
const numbers = (count: number): number[] => Array.from({ length: count }, (_each, index) => index + 1);

/** Ten files of four hundred, each as long as a portal's. */
function contents(one: Asked): object {
  const files = numbers(400).slice(start(one), start(one) + 10).map((id) => ({ id, title: `f${id}.txt`, folderId: 7, version: 1, versionGroup: 1, pureContentLength: 5, webUrl: 'x'.repeat(600) }));
  return { files, folders: [], current: { id: 7, title: 'd' }, startIndex: start(one), count: 10, total: 400 };
}

const inside = (statusCode: number, headers = {}): Told => ({ status: 200, headers, json: { error: { message: 'x', type: 'X', hresult: -1 }, status: 1, statusCode } });

function watched(url: string, maxAttempts = 4): { readonly source: FileSource; readonly breaker: CircuitBreaker } {
  const ports = createTestPorts({ http: createHttpClient({ clock: realClock }), clock: realClock });
  const provider = onlyoffice.providers['onlyoffice']!;
  const adapter = provider.create(provider.configSchema.parse({ baseUrl: url, apiKey: 'sk-0123456789abcdef' }), { name: 'documents', ports });
  const breaker = new CircuitBreaker(realClock, { failures: 5, coolDownMs: 60_000 });
  return { breaker, source: createFileSource({ name: 'documents', provider: 'onlyoffice', adapter, ports, limiter: createLimiter(8), breaker, retry: { maxAttempts, baseDelayMs: 1 } }) };
}

async function read(source: FileSource): Promise<number[]> {
  const ids: number[] = [];
  for await (const { items } of source.list('7', { pageSize: 10 }).byPage({ readAhead: true })) ids.push(...items.map(({ id }) => Number(id)));
  return ids;
}

async function until(isSo: () => boolean): Promise<void> {
  for (let turns = 0; !isSo() && turns < 400; turns += 1) await wait(5);
}

describe('what fails of pages ahead', () => {
  test('counts for the breaker, inside a 200', async () => {
    const { url } = await portal(async (one) => {
      if (start(one) < 10) return docspace(contents(one));
      if (start(one) > 10) await wait(30);
      return inside(500);
    });
    const { breaker, source } = watched(url, 6);
    const reading = errorOf(read(source));
    await until(() => breaker.state === 'open');
    expect(breaker.state).toBe('open');
    await source.close();
    await reading;
  });

  test('does not close the breaker when it is a page of a proxy that comes late', async () => {
    let late: (() => void) | undefined;
    const isLate = new Promise<void>((resolve) => (late = resolve));
    let lateCame = 0;
    const { url } = await portal(async (one) => {
      if (start(one) < 10) return docspace(contents(one));
      if (start(one) === 10) return { status: 503, body: '' };
      await isLate;
      lateCame += 1;
      return { status: 200, headers: { 'content-type': 'text/html' }, body: `<html>${'maintenance '.repeat(1000)}</html>` };
    });
    const { breaker, source } = watched(url, 8);
    const reading = errorOf(read(source));
    await until(() => breaker.state === 'open');
    late?.();
    await until(() => lateCame > 0);
    await wait(50);
    expect([breaker.state, lateCame > 0]).toEqual(['open', true]);
    await source.close();
    await reading;
  });

  test('is waited for inside a 200 that says too often, and then pages come one by one', async () => {
    let limitedMs = 0;
    let againMs = 0;
    let inFlight = 0;
    const atOnce: number[] = [];
    const { url } = await portal(async (one) => {
      if (start(one) === 30 && limitedMs > 0) againMs = performance.now();
      inFlight += 1;
      atOnce.push(inFlight);
      await wait(2);
      inFlight -= 1;
      if (start(one) !== 30 || limitedMs > 0) return docspace(contents(one));
      limitedMs = performance.now();
      return inside(429, { 'retry-after': '1' });
    });
    expect(await read(watched(url).source)).toEqual(numbers(400));
    expect(againMs - limitedMs).toBeGreaterThan(900);
    expect(Math.max(...atOnce.slice(-20))).toBe(1);
  });
});

test.each([
  ['shows', docspace],
  ['does not show', workspace],
])('each answer is parsed once at a portal that %s what it is', async (_how, envelope) => {
  const { url, asked } = await portal((one) => envelope(contents(one)));
  const { source } = watched(url);
  const parse = jest.spyOn(JSON, 'parse');
  await read(source);
  const parsed = parse.mock.calls.filter(([text]) => text.includes('"startIndex"')).length;
  parse.mockRestore();
  expect(parsed).toBe(asked.length);
});

test('an error inside a 200 is read for what it is, however deep the rest of it nests', async () => {
  const deep = `${'['.repeat(200)}${']'.repeat(200)}`;
  const { url } = await portal(() => ({ status: 200, body: `{"error":{"message":"slow down","hresult":-1},"stack":${deep},"status":1,"statusCode":429}` }));
  expect(await errorOf(read(watched(url, 1).source))).toMatchObject({ kind: 'rate-limited' });
});
