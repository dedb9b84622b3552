import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { FileSourceError, unsupported } from '@filesource/core';
import { createMemoryAdapter, createTestPorts, createVirtualClock, settle, type MemoryAdapter } from '@filesource/testkit';
import { bytesOf, sourceOf } from './helpers.ts';

const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251));

function adapterWith(onBody?: MemoryAdapter['onBody'], openRange = true): MemoryAdapter {
  const adapter = createMemoryAdapter({
    folders: [{ id: '1', files: [{ id: '2', name: 'a.bin', bytes }] }],
    ...(openRange ? {} : { capabilities: { openRange: unsupported('for this test') } }),
  });
  if (onBody !== undefined) adapter.onBody = onBody;
  return adapter;
}

/** A body that gives `part` and then breaks with `error`. */
function breaking(part: Buffer, error: Error): Readable {
  let sent = false;
  return new Readable({
    read() {
      if (sent) this.destroy(error);
      else this.push(part);
      sent = true;
    },
  });
}

describe('a body', () => {
  it('arrives as it is', async () => {
    expect((await bytesOf((await sourceOf(adapterWith()).open('1/2')).body)).equals(bytes)).toBe(true);
  });

  it('is continued from where it broke, as often as it breaks', async () => {
    const adapter = adapterWith((_file, part) => (part.length > 70_000 ? breaking(part.subarray(0, 60_000), new FileSourceError('network', 'reset')) : Readable.from([part])));
    const content = await sourceOf(adapter).open('1/2');
    expect((await bytesOf(content.body)).equals(bytes)).toBe(true);
    expect(adapter.calls.length).toBeGreaterThan(3);
  });

  it('is continued among as many as its caller said', async () => {
    const adapter = adapterWith((_file, part) => (part.length > 200_000 ? breaking(part.subarray(0, 60_000), new FileSourceError('network', 'reset')) : Readable.from([part])));
    const open = adapter.open.bind(adapter);
    const said: (number | undefined)[] = [];
    adapter.open = (file, options) => {
      said.push(options.concurrency);
      return open(file, options);
    };
    await bytesOf((await sourceOf(adapter).open('1/2', { concurrency: 12 })).body);
    expect(said.length).toBeGreaterThan(1);
    expect(new Set(said)).toEqual(new Set([12]));
  });

  it('is continued by reading again and skipping where the vendor has no ranges', async () => {
    let opened = 0;
    const adapter = adapterWith((_file, part) => {
      opened += 1;
      return opened < 3 ? breaking(part.subarray(0, 100_000 * opened), new FileSourceError('network', 'reset')) : Readable.from([part]);
    }, false);
    expect((await bytesOf((await sourceOf(adapter).open('1/2')).body)).equals(bytes)).toBe(true);
  });

  it('is continued when it just ends early, and fails as truncated when that does not help', async () => {
    let opened = 0;
    const adapter = adapterWith((_file, part) => Readable.from([(opened += 1) === 1 ? part.subarray(0, 10) : part]));
    expect((await bytesOf((await sourceOf(adapter).open('1/2')).body)).equals(bytes)).toBe(true);
    const short = adapterWith((_file, part) => Readable.from([part.subarray(0, Math.max(0, part.length - 1000))]));
    await expect(bytesOf((await sourceOf(short).open('1/2')).body)).rejects.toMatchObject({ kind: 'truncated', status: 'persistent', ref: 'memory:1/2' });
  });

  it('fails as truncated when the vendor announced more than it has', async () => {
    const adapter = adapterWith((_file, part) => Readable.from([part]));
    const open = adapter.open.bind(adapter);
    adapter.open = async (file, options) => {
      if ((options.range?.offset ?? 0) >= bytes.length) throw new FileSourceError('range-not-satisfiable', 'HTTP 416');
      return { ...(await open(file, options)), size: bytes.length + 50, totalSize: bytes.length + 50 };
    };
    await expect(bytesOf((await sourceOf(adapter).open('1/2')).body)).rejects.toMatchObject({ kind: 'truncated', ref: 'memory:1/2' });
  });

  it.each([{ size: Number.NaN }, { size: -1 }, { totalSize: 1.5 }, { offset: Number.NaN }])('is refused where an adapter tells %j bytes, and closed', async (wrong) => {
    const adapter = adapterWith();
    const open = adapter.open.bind(adapter);
    const bodies: Readable[] = [];
    adapter.open = async (file, options) => {
      const content = await open(file, options);
      bodies.push(content.body);
      return { ...content, ...wrong };
    };
    await expect(sourceOf(adapter).open('1/2')).rejects.toMatchObject({ kind: 'vendor-protocol', ref: 'memory:1/2' });
    expect(bodies.map(({ destroyed }) => destroyed)).not.toContain(false);
  });

  it('stops asking for the rest once nobody wants it', async () => {
    const adapter = adapterWith((_file, part) => breaking(part.subarray(0, 1000), new FileSourceError('network', 'reset')));
    let reopen: (signal: AbortSignal) => void = () => undefined;
    const reopened = new Promise<AbortSignal>((resolve) => (reopen = resolve));
    const { open } = adapter;
    let opened = 0;
    adapter.open = (file, options) => {
      opened += 1;
      if (opened === 1) return open.call(adapter, file, options);
      reopen(options.signal as AbortSignal);
      return new Promise(() => undefined);
    };
    const { body } = await sourceOf(adapter).open('1/2');
    body.resume();
    const signal = await reopened;
    expect(signal.aborted).toBe(false);
    body.destroy();
    await settle();
    expect(signal.aborted).toBe(true);
  });

  it('fails as corrupt when more comes than was announced', async () => {
    const adapter = adapterWith((_file, part) => Readable.from([part, Buffer.from('more')]));
    await expect(bytesOf((await sourceOf(adapter).open('1/2')).body)).rejects.toMatchObject({ kind: 'corrupt' });
  });

  it('fails at once for an error that does not pass', async () => {
    const adapter = adapterWith((_file, part) => breaking(part.subarray(0, 10), new FileSourceError('permission-denied', 'no more')));
    await expect(bytesOf((await sourceOf(adapter).open('1/2')).body)).rejects.toMatchObject({ kind: 'permission-denied' });
    expect(adapter.calls).toEqual(['open 1/2']);
  });

  it('fails as conflict when the file was changed before it could be continued', async () => {
    const adapter = adapterWith((_file, part) => breaking(part.subarray(0, 10), new FileSourceError('network', 'reset')));
    const open = adapter.open.bind(adapter);
    let version = 0;
    adapter.open = async (file, options) => ({ ...(await open(file, options)), validator: `v${(version += 1)}` });
    await expect(bytesOf((await sourceOf(adapter).open('1/2')).body)).rejects.toMatchObject({ kind: 'conflict' });
  });

  it('is given up when the vendor falls silent, but not when the reader is slow', async () => {
    const clock = createVirtualClock();
    const silent = adapterWith(() => new Readable({ read: () => undefined }));
    const source = sourceOf(silent, { ports: createTestPorts({ clock }), timeoutMs: 1000, retry: { maxAttempts: 1 } });
    const failing = expect(bytesOf((await source.open('1/2')).body)).rejects.toMatchObject({ kind: 'timeout', status: 'persistent' });
    await clock.advance(60_000);
    await failing;
    const slow = sourceOf(adapterWith(), { ports: createTestPorts({ clock }), timeoutMs: 1000 });
    const content = await slow.open('1/2');
    await clock.advance(600_000);
    expect((await bytesOf(content.body)).equals(bytes)).toBe(true);
    await settle();
    expect(clock.sleeping).toBe(0);
  });

  it('closes the vendor\'s side when the reader stops early or its signal fires', async () => {
    const bodies: Readable[] = [];
    const adapter = adapterWith(() => {
      const body = new Readable({ read() { this.push(Buffer.alloc(1000)); } });
      bodies.push(body);
      return body;
    });
    const first = await sourceOf(adapter).open('1/2');
    for await (const chunk of first.body) if ((chunk as Buffer).length > 0) break;
    const stop = new AbortController();
    const second = await sourceOf(adapter).open('1/2', { signal: stop.signal });
    const reading = expect(bytesOf(second.body)).rejects.toMatchObject({ kind: 'aborted' });
    stop.abort();
    await reading;
    await settle();
    expect(bodies.map((body) => body.destroyed)).toEqual([true, true]);
  });
});

describe('a body that nobody reads', () => {
  it('ends no process when it is given up, and tells whoever asks later', async () => {
    const unheard: unknown[] = [];
    const onUnheard = (error: unknown): void => void unheard.push(error);
    process.on('uncaughtException', onUnheard);
    const stop = new AbortController();
    const content = await sourceOf(adapterWith()).open('1/2', { signal: stop.signal });
    stop.abort();
    await settle();
    process.off('uncaughtException', onUnheard);
    expect(unheard).toEqual([]);
    await expect(bytesOf(content.body)).rejects.toMatchObject({ kind: 'aborted' });
  });
});

describe('a range', () => {
  it.each([undefined, 200_000])('arrives whole from a vendor that sends no more than a part of it at a time (length %p)', async (length) => {
    const adapter = adapterWith();
    const open = adapter.open.bind(adapter);
    adapter.open = (file, { range, ...options }) =>
      open(file, { ...options, ...(range === undefined ? {} : { range: { ...range, length: Math.min(range.length ?? bytes.length, bytes.length - range.offset, 60_000) } }) });
    const content = await sourceOf(adapter).open('1/2', { range: { offset: 50_000, ...(length === undefined ? {} : { length }) } });
    const wanted = bytes.subarray(50_000, length === undefined ? undefined : 250_000);
    expect(content).toMatchObject({ offset: 50_000, size: wanted.length, totalSize: bytes.length });
    expect((await bytesOf(content.body)).equals(wanted)).toBe(true);
  });

  const cases = [
    [{ offset: 0 }, 0, 300_000],
    [{ offset: 0, length: 10 }, 0, 10],
    [{ offset: 100_000, length: 100_000 }, 100_000, 200_000],
    [{ offset: 299_999 }, 299_999, 300_000],
    [{ offset: 300_000 }, 300_000, 300_000],
    [{ offset: 5, length: 0 }, 5, 5],
    [{ offset: 299_990, length: 1000 }, 299_990, 300_000],
  ] as const;

  it.each(cases)('of %j is the same with and without the vendor\'s help', async (range, start, end) => {
    for (const native of [true, false]) {
      const source = sourceOf(adapterWith(undefined, native));
      expect(source.capabilities.openRange.support).toBe(native ? 'native' : 'emulated');
      const content = await source.open('1/2', { range });
      expect(content.size).toBe(end - start);
      expect((await bytesOf(content.body)).equals(bytes.subarray(start, end))).toBe(true);
    }
  });

  it('is cut here when a vendor ignores it and sends everything', async () => {
    const adapter = adapterWith();
    const open = adapter.open.bind(adapter);
    adapter.open = (file) => open(file, {});
    const content = await sourceOf(adapter).open('1/2', { range: { offset: 1000, length: 5 } });
    expect(content).toMatchObject({ offset: 1000, size: 5, totalSize: 300_000 });
    expect((await bytesOf(content.body)).equals(bytes.subarray(1000, 1005))).toBe(true);
  });

  it.each([-1, 1, -1000])('is refused when the vendor says that it starts %i bytes from where it should', async (shift) => {
    const adapter = adapterWith();
    const open = adapter.open.bind(adapter);
    adapter.open = async (file, options) => {
      const content = await open(file, options);
      return { ...content, offset: content.offset + shift };
    };
    await expect(sourceOf(adapter).open('1/2', { range: { offset: 1000, length: 5 } })).rejects.toMatchObject({ kind: 'vendor-protocol' });
    await expect(sourceOf(adapter).open('1/2', { range: { offset: 1000 } })).rejects.toMatchObject({ kind: 'vendor-protocol' });
  });

  it.each([{ offset: -1 }, { offset: 1.5 }, { offset: Number.NaN }, { offset: 0, length: -1 }])('%j is refused before any request', async (range) => {
    const adapter = adapterWith();
    await expect(sourceOf(adapter).open('1/2', { range })).rejects.toMatchObject({ kind: 'invalid-argument' });
    expect(adapter.calls).toEqual([]);
  });

  it.each([0, -1, 1.5, Number.NaN])('a concurrency of %s is refused before any request', async (concurrency) => {
    const adapter = adapterWith();
    await expect(sourceOf(adapter).open('1/2', { concurrency })).rejects.toMatchObject({ kind: 'invalid-argument' });
    expect(adapter.calls).toEqual([]);
  });

  it('past the end is not satisfiable, with and without the vendor\'s help', async () => {
    for (const native of [true, false]) {
      await expect(sourceOf(adapterWith(undefined, native)).open('1/2', { range: { offset: 300_001 } })).rejects.toMatchObject({ kind: 'range-not-satisfiable' });
    }
  });
});
