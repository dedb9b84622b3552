import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { FileSourceError, native, unsupported, type FileSource, type SourceAdapter } from '@filesource/core';
import { createMemoryAdapter, nodeHashing } from '@filesource/testkit';
import { openRemoteZip, saveFile, type RemoteZipOptions } from '../src/index.ts';
import { archivingSource, file, filesBelow, patch, sha256, sourceOver, temporaryDirectory, textOf, zipOf, type ZipInput } from './helpers.ts';

interface Remote {
  readonly source: FileSource;
  /** What the vendor sent, range by range. */
  readonly sent: { readonly offset: number; readonly length: number }[];
  /** What is there from now on. */
  bytes: Buffer;
  validator: string;
}

/** A vendor with ranges that holds one file and notes what it sends of it. */
function remote(bytes: Buffer): Remote {
  const sent: { offset: number; length: number }[] = [];
  const memory = createMemoryAdapter({ folders: [], capabilities: { openRange: native } });
  const adapter: SourceAdapter = {
    ...memory,
    open: async (_ref, { range }) => {
      const offset = range?.offset ?? 0;
      const part = given.bytes.subarray(offset, range?.length === undefined ? undefined : offset + range.length);
      sent.push({ offset, length: part.length });
      return { body: Readable.from([part]), size: part.length, totalSize: given.bytes.length, offset, mediaType: null, name: 'a.zip', validator: given.validator };
    },
  };
  const given: Remote = { source: sourceOver(adapter), sent, bytes, validator: 'v1' };
  return given;
}

async function read(options: RemoteZipOptions, path: string): Promise<Buffer> {
  const { body } = await (await openRemoteZip(options)).open(path);
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function failureOf(promise: Promise<unknown>): Promise<FileSourceError> {
  const error: unknown = await promise.then(() => undefined, (thrown: unknown) => thrown);
  if (FileSourceError.is(error)) return error;
  throw error ?? new Error('it did not fail');
}

const noise = Buffer.from(Array.from({ length: 5_000_000 }, (_, index) => (index * index * 31 + (index >>> 7)) % 251));
const inputs: readonly ZipInput[] = [
  { path: 'large.bin', content: noise, store: true },
  { path: 'text/brief.txt', content: 'Sehr geehrte Damen und Herren,\n'.repeat(200) },
  { path: 'stored.txt', content: 'as it is', store: true },
  { path: 'empty.txt', content: '', store: true },
  { path: 'directory/' },
  { path: 'last.bin', content: noise.subarray(0, 400_000), store: true },
];

describe('one entry of a remote archive', () => {
  test('costs the end of the archive and its own bytes, and not the rest', async () => {
    const { source, sent, bytes } = remote(await zipOf(inputs));
    expect((await read({ source, ref: '1/1' }, 'text/brief.txt')).toString()).toBe('Sehr geehrte Damen und Herren,\n'.repeat(200));
    expect(sent.map(({ length }) => length).slice(0, 3)).toEqual([512, 65_577, 30]);
    expect(sent).toHaveLength(4);
    expect(sent.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(512 + 65_577 + 30 + 7000);
    expect(bytes.length).toBeGreaterThan(5_400_000);
  });

  test.each(['large.bin', 'stored.txt', 'empty.txt', 'last.bin'])('is the same as it was when it was packed: %s', async (path) => {
    const content = inputs.find((input) => input.path === path)?.content ?? '';
    expect(sha256(await read({ source: remote(await zipOf(inputs)).source, ref: '1/1' }, path))).toBe(sha256(content));
  });

  test('several entries are read with the directory fetched once, and directories are not among them', async () => {
    const { source, sent } = remote(await zipOf(inputs));
    const zip = await openRemoteZip({ source, ref: '1/1' });
    expect(zip.entries.map(({ path, size }) => [path, size])).toEqual(inputs.filter(({ path }) => path !== 'directory/').map(({ path, content = '' }) => [path, Buffer.byteLength(content)]));
    const before = sent.length;
    for (const path of ['stored.txt', 'text/brief.txt']) for await (const chunk of (await zip.open(path)).body) void chunk;
    expect(sent.length - before).toBe(4);
  });

  test('is found in a directory that is larger than what is fetched at once', async () => {
    const many = Array.from({ length: 9000 }, (_, index) => ({ path: `folder/${String(index).padStart(60, '0')}.txt`, content: String(index) }));
    const { source, sent } = remote(await zipOf(many));
    expect((await read({ source, ref: '1/1' }, many[4321]?.path ?? '')).toString()).toBe('4321');
    expect(sent.length).toBeLessThan(12);
  });

  test('of an archive that a vendor made is read in the same way', async () => {
    const bytes = await zipOf(inputs);
    const { source, opened } = archivingSource({ bytes, items: [] });
    const archive = await (await source.archive(['1'])).result();
    expect((await read({ archive }, 'stored.txt')).toString()).toBe('as it is');
    expect(opened.length).toBe(4);
  });

  test('is saved under a name of the caller, with its proof', async () => {
    const { source } = remote(await zipOf(inputs));
    const directory = await temporaryDirectory();
    const row = await saveFile({ source, ref: '1/1', entry: 'stored.txt', file: join(directory, 'mine.txt'), hashing: nodeHashing });
    expect(row).toMatchObject({ name: 'stored.txt', size: 8, sha256: sha256('as it is'), status: 'ok' });
    expect(await textOf(directory, 'mine.txt')).toBe('as it is');
  });
});

describe('one entry of a remote archive is refused', () => {
  test('where the vendor has no ranges, before anything is fetched', async () => {
    const adapter = createMemoryAdapter({ folders: [{ id: '1', files: [file('1', 'a.zip', await zipOf(inputs))] }], capabilities: { openRange: unsupported('base64 inside JSON') } });
    expect(await failureOf(openRemoteZip({ source: sourceOver(adapter), ref: '1/1' }))).toMatchObject({ kind: 'unsupported', message: expect.stringContaining('thrown away') });
    expect(adapter.calls).toEqual([]);
  });

  test('when it is not there, and the entries that are there are named', async () => {
    const { source } = remote(await zipOf(inputs));
    const error = await failureOf(read({ source, ref: '1/1' }, 'text/brief.TXT'));
    expect(error).toMatchObject({ kind: 'not-found', advice: expect.stringContaining('"text/brief.txt"') });
  });

  test('when several entries have its path', async () => {
    const { source } = remote(patch(await zipOf([{ path: 'a.txt', content: 'x' }, { path: 'b.txt', content: 'y' }]), 'b.txt', 'a.txt'));
    expect(await failureOf(read({ source, ref: '1/1' }, 'a.txt'))).toMatchObject({ kind: 'conflict' });
  });

  test('when it is encrypted or a link, by the same checks as elsewhere', async () => {
    const zip = await zipOf([{ path: 'locked.txt', content: 'secret' }, { path: 'link', content: '/etc/passwd', mode: 0o120777 }]);
    const record = zip.indexOf('PK\u0001\u0002', 0, 'latin1');
    zip.writeUInt16LE(zip.readUInt16LE(record + 8) | 1, record + 8);
    const { source } = remote(zip);
    expect((await openRemoteZip({ source, ref: '1/1' })).entries.map(({ error }) => error?.kind)).toEqual(['unsupported', 'unsupported']);
    expect((await failureOf(read({ source, ref: '1/1' }, 'locked.txt'))).message).toContain('encrypted');
    expect((await failureOf(read({ source, ref: '1/1' }, 'link'))).message).toContain('symbolic link');
  });

  test('past a ceiling', async () => {
    const { source } = remote(await zipOf(inputs));
    expect(await failureOf(openRemoteZip({ source, ref: '1/1', limits: { maxEntries: 3 } }))).toMatchObject({ kind: 'too-large' });
    expect(await failureOf(read({ source, ref: '1/1', limits: { maxBytes: 1_000_000 } }, 'large.bin'))).toMatchObject({ kind: 'too-large' });
    expect((await read({ source, ref: '1/1', limits: { maxBytes: 1_000_000 } }, 'stored.txt')).toString()).toBe('as it is');
  });

  test('when its bytes, its size or its place are not what the directory says', async () => {
    const zip = await zipOf([{ path: 'a.txt', content: 'first one', store: true }, { path: 'b.txt', content: 'x'.repeat(5000) }, { path: 'c.txt', content: 'y'.repeat(5000) }]);
    const damaged = patch(zip, 'first', 'fIrst');
    const at = (name: string): number => damaged.lastIndexOf(name) - 46;
    damaged.writeUInt32LE(4000, at('b.txt') + 24);
    damaged.writeUInt32LE(1, at('c.txt') + 42);
    const { source } = remote(damaged);
    for (const path of ['a.txt', 'b.txt', 'c.txt']) expect(await failureOf(read({ source, ref: '1/1' }, path))).toMatchObject({ kind: 'corrupt' });
    const directory = await temporaryDirectory();
    expect(await failureOf(saveFile({ source, ref: '1/1', entry: 'a.txt', file: join(directory, 'a.txt'), hashing: nodeHashing }))).toMatchObject({ kind: 'corrupt' });
    expect(await filesBelow(directory)).toEqual([]);
  });

  test('when the archive is another one by now', async () => {
    const vendor = remote(await zipOf(inputs));
    const zip = await openRemoteZip({ source: vendor.source, ref: '1/1' });
    vendor.validator = 'v2';
    expect(await failureOf(zip.open('stored.txt'))).toMatchObject({ kind: 'conflict' });
  });

  test('of what is no ZIP, or a cut one', async () => {
    expect(await failureOf(openRemoteZip({ source: remote(Buffer.from('<!doctype html><p>Sign in</p>')).source, ref: '1/1' }))).toMatchObject({ kind: 'corrupt', message: 'expected a ZIP, got an HTML page' });
    const zip = await zipOf(inputs);
    expect(await failureOf(openRemoteZip({ source: remote(zip.subarray(0, -300)).source, ref: '1/1' }))).toMatchObject({ kind: 'truncated' });
  });
});
