import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CircuitBreaker, createFileSource, createLimiter, createPolledOperation, FileSourceError, native, overlay, type Archive, type FileSource, type FileSourceOptions, type Observation, type Ports, type SourceAdapter } from '@filesource/core';
import { createMemoryAdapter, createTestPorts, createVirtualClock, settle, type MemoryAdapter } from '@filesource/testkit';
import { SpanStatusCode, trace } from '@opentelemetry/api';
import { telemetryLayer, telemetryLogger, type TelemetryOptions } from '../src/index.ts';
import { startSdk, type Sdk } from './tracing.ts';

const bytes = Buffer.alloc(200_000, 1);
const folders = [{ id: '1', files: [{ id: '2', name: 'Kaufvertrag Müller.pdf', bytes }, { id: '3', name: 'leer', bytes: Buffer.alloc(0) }] }];

function sourceOf(adapter: SourceAdapter, ports: Ports = createTestPorts(), more: Partial<FileSourceOptions> & Pick<TelemetryOptions, 'details'> = {}): FileSource {
  const { details, ...options } = more;
  return createFileSource({
    name: 'files',
    provider: 'memory',
    adapter,
    ports: { ...ports, logger: telemetryLogger(ports.logger) },
    limiter: createLimiter(4),
    retry: { baseDelayMs: 1 },
    observers: [telemetryLayer({ source: 'files', provider: 'memory', clock: ports.clock, ...(details === undefined ? {} : { details }) })],
    ...options,
  });
}

async function read(body: Readable): Promise<number> {
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) size += chunk.length;
  return size;
}

async function listed(source: FileSource): Promise<void> {
  for await (const entry of source.list('1')) expect(entry.ref).toMatch(/^files:/);
}

let adapter: MemoryAdapter;
beforeEach(() => {
  adapter = createMemoryAdapter({ folders });
});

describe('without an SDK in the process', () => {
  it('nothing is wrapped around a body, and calls do what they did', async () => {
    const inner = overlay(adapter, {});
    const wrapped = telemetryLayer({ source: 'files', provider: 'memory', clock: createVirtualClock() }).wrap(inner);
    const body = Readable.from([bytes]);
    adapter.onBody = () => body;
    expect((await wrapped.open({ folder: '1', file: '2' }, {})).body).toBe(body);
    await expect(wrapped.stat({ folder: '1', file: '9' }, {})).rejects.toMatchObject({ kind: 'not-found' });
    telemetryLogger(createTestPorts().logger).log('info', 'source.breaker');
  });
});

describe('with an SDK', () => {
  let sdk: Sdk;
  beforeEach(() => {
    sdk = startSdk();
  });
  afterEach(() => sdk.stop());

  it('one span is one call, with its source, its end and its error\'s kind', async () => {
    const source = sourceOf(adapter);
    await source.stat('1/2');
    await listed(source);
    await expect(source.stat('1/9')).rejects.toMatchObject({ kind: 'not-found' });
    expect(sdk.spans().map(({ name, attributes, status }) => [name, attributes['filesource.source'], attributes['filesource.provider'], status.code, attributes['error.type']])).toEqual([
      ['filesource.stat', 'files', 'memory', SpanStatusCode.UNSET, undefined],
      ['filesource.list', 'files', 'memory', SpanStatusCode.UNSET, undefined],
      ['filesource.stat', 'files', 'memory', SpanStatusCode.ERROR, 'not-found'],
    ]);
    expect(await sdk.metric('filesource.calls', 'filesource.call')).toEqual({ stat: 2, list: 1 });
    expect(await sdk.metric('filesource.failures', 'filesource.call', 'error.type')).toEqual({ 'stat not-found': 1 });
    expect(await sdk.metric('filesource.call.duration', 'filesource.source')).toEqual({ files: 3 });
    expect(await sdk.metric('filesource.calls.active')).toEqual({ '': 0 });
  });

  it('the span of a body ends with the body, and tells its bytes', async () => {
    const source = sourceOf(adapter);
    const { body } = await source.open('1/2');
    expect(sdk.spans()).toEqual([]);
    expect(await sdk.metric('filesource.bodies.active')).toEqual({ '': 1 });
    expect(await read(body)).toBe(bytes.length);
    expect(await read((await source.open('1/3')).body)).toBe(0);
    expect(sdk.spans().map(({ attributes }) => [attributes['filesource.body.size'], attributes['filesource.body.complete']])).toEqual([[200_000, true], [0, true]]);
    expect(await sdk.metric('filesource.body.size', 'filesource.source')).toEqual({ files: 200_000 });
    expect(await sdk.metric('filesource.body.duration')).toEqual({ '': 2 });
    expect(await sdk.metric('filesource.bodies.active')).toEqual({ '': 0 });
  });

  it('a body that is given up is no failure, and closes the vendor\'s; one that breaks is one', async () => {
    const bodies: Readable[] = [];
    adapter.onBody = (_file, part) => {
      const body = Readable.from([part.subarray(0, 10), part.subarray(10)], { objectMode: false, highWaterMark: 1 });
      bodies.push(body);
      return body;
    };
    const source = sourceOf(adapter);
    const { body } = await source.open('1/2');
    body.once('data', () => body.destroy());
    await settle();
    expect(bodies[0]?.destroyed).toBe(true);
    adapter.onBody = () => Readable.from([Buffer.alloc(300_000)]);
    await expect(read((await source.open('1/2')).body)).rejects.toMatchObject({ kind: 'corrupt', ref: 'files:1/2' });
    expect(sdk.spans().map(({ attributes, status }) => [attributes['filesource.body.complete'], attributes['error.type'], status.code])).toEqual([
      [false, undefined, SpanStatusCode.UNSET],
      [false, 'corrupt', SpanStatusCode.ERROR],
    ]);
    expect(await sdk.metric('filesource.failures', 'error.type')).toEqual({ corrupt: 1 });
  });

  it('retries and the circuit breaker are events of the call\'s span', async () => {
    let failures = 2;
    adapter.onCall = () => {
      if ((failures -= 1) >= 0) throw new FileSourceError('network', 'reset');
    };
    const ports = createTestPorts();
    const source = sourceOf(adapter, ports, { breaker: new CircuitBreaker(ports.clock, { failures: 2, coolDownMs: 5 }) });
    await source.stat('1/2');
    const events = sdk.spans()[0]!.events.map(({ name, attributes }) => [name, attributes?.['filesource.attempt'] ?? attributes?.['filesource.state']]);
    expect(events.slice(0, 3)).toEqual([['source.retry', 1], ['source.breaker', 'open'], ['source.retry', 2]]);
    expect(events.slice(-2)).toEqual([['source.breaker', 'half-open'], ['source.breaker', 'closed']]);
    expect(await sdk.metric('filesource.breaker.changes', 'filesource.source', 'filesource.state')).toEqual({ 'files open': 1, 'files half-open': 1, 'files closed': 1 });
    expect(ports.logged.filter(({ event }) => event === 'source.breaker')).toHaveLength(3);
  });

  it('spans of what a call does inside belong to its span', async () => {
    adapter.onCall = () => trace.getTracer('vendor').startSpan('request').end();
    await sourceOf(adapter).stat('1/2');
    const [request, stat] = sdk.spans();
    expect(request?.parentSpanContext?.spanId).toBe(stat?.spanContext().spanId);
  });

  it('whoever waits for an archive has a span with the progress as events', async () => {
    const clock = createVirtualClock();
    const seen: Observation<Archive>[] = [{ status: 'running', percent: 30 }, { status: 'running', percent: 60, processed: 4 }];
    const archive: Archive = { name: 'a.zip', items: [], warning: null, link: null, open: async () => ({ ...(await adapter.open({ folder: '1', file: '2' }, {})), format: 'zip' }) };
    const vendor = overlay(adapter, {
      capabilities: { ...adapter.capabilities, archive: native },
      archive: async () => createPolledOperation<Archive>({ clock, poll: async () => seen.shift() ?? { status: 'succeeded', result: archive }, cancel: async () => undefined }),
    });
    const source = sourceOf(vendor, createTestPorts({ clock }));
    const operation = await source.archive(['1']);
    const waiting = operation.result();
    await clock.advance(60_000);
    expect(await read((await (await waiting).open()).body)).toBe(bytes.length);
    await operation.result();
    expect(sdk.spans().map(({ name }) => name)).toEqual(['filesource.archive', 'filesource.archive-wait', 'filesource.open-archive']);
    const percents = sdk.spans()[1]!.events.map(({ attributes }) => attributes?.['filesource.progress.percent']);
    expect(percents.slice(-3)).toEqual([30, 60, 100]);
    expect(clock.sleeping).toBe(0);
  });

  it('a wait that is given up stops the polling, and says so', async () => {
    const clock = createVirtualClock();
    const vendor = overlay(adapter, {
      capabilities: { ...adapter.capabilities, archive: native },
      archive: async () => createPolledOperation<Archive>({ clock, poll: async () => ({ status: 'running' }), cancel: async () => undefined }),
    });
    const operation = await sourceOf(vendor, createTestPorts({ clock })).archive(['1']);
    const failing = expect(operation.result({ timeoutMs: 1000 })).rejects.toMatchObject({ kind: 'timeout' });
    const watching = (async () => {
      for await (const { status } of operation.watch({ timeoutMs: 1000 })) expect(status).toBe('running');
    })();
    const ended = expect(watching).rejects.toMatchObject({ kind: 'timeout' });
    await clock.advance(2000);
    await Promise.all([failing, ended]);
    await settle();
    expect(sdk.spans().filter(({ name }) => name === 'filesource.archive-wait').map(({ attributes }) => attributes['error.type'])).toEqual(['timeout', 'timeout']);
    expect(clock.sleeping).toBe(0);
  });

  it('nothing secret, and without details no ref, name or message is recorded', async () => {
    for (const details of [false, true]) {
      const ports = createTestPorts();
      ports.redactor.add('SECRET-4711');
      adapter.onCall = () => {
        throw new FileSourceError('vendor-failure', 'GET https://vendor.example/f?sig=abcdef with SECRET-4711 for Müller', { vendorCode: 'SECRET-4711' });
      };
      const source = sourceOf(adapter, ports, { details, retry: { maxAttempts: 2, baseDelayMs: 1 } });
      await expect(source.open('1/2')).rejects.toMatchObject({ kind: 'vendor-failure' });
      await expect(listed(source)).rejects.toThrow();
      const text = await sdk.text();
      expect(text).not.toContain('SECRET');
      expect(text).not.toContain('sig=');
      expect(text.includes('Müller') || text.includes('files:1/2')).toBe(details);
    }
  });
});
