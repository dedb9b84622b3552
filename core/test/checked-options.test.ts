import { describe, expect, it } from '@jest/globals';
import { createFileSource, createLimiter, createPolledOperation, FileSourceError, native, overlay, type Archive, type FileSource } from '@filesource/core';
import { createMemoryAdapter, createTestPorts, createVirtualClock } from '@filesource/testkit';
import { collect, sourceOf } from './helpers.ts';

const folders = [{ id: '1', files: [{ id: '2', name: 'a.txt', bytes: Buffer.from('hello') }] }];

async function errorOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  return 'no error';
}

/** Node 20 does not tell it of a signal in any other way. */
function mostListeners(signal: AbortSignal): unknown {
  const name = Object.getOwnPropertySymbols(signal).find(({ description }) => description === 'events.maxEventTargetListeners');
  return name === undefined ? 'Node\'s own' : (signal as unknown as Record<symbol, unknown>)[name];
}

/** Every call that takes options, with these. */
function calls(source: FileSource, options: never): Readonly<Record<string, () => unknown>> {
  return {
    list: () => collect(source.list('1', options)),
    byPage: () => collect(source.list('1').byPage(options)),
    stat: () => source.stat('1/2', options),
    open: () => source.open('1/2', options),
    link: () => source.link('1/2', options),
    archive: () => source.archive(['1'], options),
    attach: () => source.attach('token', options),
    diagnose: () => source.diagnose(options),
    result: async () => (await source.archive(['1'])).result(options),
    watch: async () => collect((await source.archive(['1'])).watch(options)),
    cancel: async () => (await source.archive(['1'])).cancel(options),
    'open of the archive': async () => (await (await source.archive(['1'])).result()).open(options),
  };
}

describe('the options of a call', () => {
  it.each([{ signal: null }, { signal: 'x' }, { signal: {} }, { signal: new AbortController() }])('are refused by name where their signal is none, and nothing is sent: %j', async (options) => {
    const adapter = overlay(createMemoryAdapter({ folders, capabilities: { linkFile: native, archiveAttach: native } }), {});
    for (const [name, call] of Object.entries(calls(sourceOf(adapter), options as never))) {
      const error = await errorOf(call);
      const kind = FileSourceError.is(error) ? error.kind : error;
      expect([name, kind]).toEqual([name, name === 'attach' ? 'unsupported' : 'invalid-argument']);
      expect(error).toMatchObject({ source: 'memory' });
    }
  });

  it('are refused by name where they are null', async () => {
    const all = calls(sourceOf(createMemoryAdapter({ folders })), null as never);
    for (const name of ['list', 'stat', 'open', 'archive', 'diagnose', 'result', 'watch', 'cancel', 'open of the archive']) {
      expect([name, await errorOf(() => all[name]?.())]).toMatchObject([name, { kind: 'invalid-argument' }]);
    }
  });
});

describe('what only JavaScript lets through', () => {
  const capabilities = { archive: native, archiveConvert: native, archiveAttach: native };
  const wrong: Readonly<Record<string, (source: FileSource) => unknown>> = {
    'no list for an archive': (source) => source.archive(undefined as never),
    'one ref for an archive': (source) => source.archive('1' as never),
    'conversions that are null': (source) => source.archive(['1'], { convert: null as never }),
    'a conversion for all files': (source) => source.archive(['1'], { convert: '.pdf' as never }),
    'no token': (source) => source.attach(undefined as never),
    'a token that is an object': (source) => source.attach({} as never),
    'a range that is null': (source) => source.open('1/2', { range: null as never }),
    'a cursor that is null': (source) => collect(source.list('1', { cursor: null as never })),
    'a cursor that is a number': (source) => collect(source.list('1').byPage({ cursor: 100 as never })),
  };

  it.each(Object.keys(wrong))('is refused by name, and is no bug: %s', async (name) => {
    const adapter = createMemoryAdapter({ folders, capabilities });
    expect(await errorOf(() => wrong[name]?.(sourceOf(adapter)))).toMatchObject({ kind: 'invalid-argument', source: 'memory', advice: expect.any(String) });
    expect(adapter.calls).toEqual([]);
  });
});

describe('one signal', () => {
  it('serves any number of waits for operations at once, and Node takes it for no leak', async () => {
    const clock = createVirtualClock();
    const job = createPolledOperation<Archive>({ clock, poll: async () => ({ status: 'running' }), cancel: async () => undefined });
    const memory = createMemoryAdapter({ folders, capabilities: { archive: native } });
    const adapter = overlay(memory, { archive: async () => job });
    const source = createFileSource({ name: 'memory', provider: 'memory', adapter, ports: createTestPorts({ clock }), limiter: createLimiter(4) });
    const stop = new AbortController();
    const operation = await source.archive(['1']);
    const waits = Array.from({ length: 20 }, () => errorOf(() => operation.result({ signal: stop.signal })));
    await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect(await Promise.all(waits)).toMatchObject(waits.map(() => ({ kind: 'aborted' })));
    // 0 stands for any number; with Node's own ten it warns of a leak.
    expect(mostListeners(stop.signal)).toBe(0);
  });
});
