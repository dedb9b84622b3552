import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { FileSourceError, native, unsupported, type Archive, type ArchiveContent, type FileSource, type OpenOptions, type SourceAdapter } from '@filesource/core';
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

async function bytesOf(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function read(options: RemoteZipOptions, path: string): Promise<Buffer> {
  return bytesOf((await (await openRemoteZip(options)).open(path)).body);
}

/** Entries that are not packed, each behind a header with so many bytes more than the directory tells of. */
function storedZip(contents: Readonly<Record<string, Buffer>>, extraBytes: number): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  for (const [path, content] of Object.entries(contents)) {
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(path.length, 22);
    const record = Buffer.alloc(14);
    record.writeUInt32LE(Buffer.concat(parts).length, 10);
    directory.push(Buffer.from('PK\u0001\u0002\u0014\0', 'latin1'), common, record, Buffer.from(path));
    const local = Buffer.from(common);
    local.writeUInt16LE(extraBytes, 24);
    parts.push(Buffer.from('PK\u0003\u0004', 'latin1'), local, Buffer.from(path), Buffer.alloc(extraBytes), content);
  }
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(Object.keys(contents).length, 8);
  end.writeUInt16LE(Object.keys(contents).length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(Buffer.concat(parts).length, 16);
  return Buffer.concat([...parts, ...directory, end]);
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
    expect(sent.map(({ length }) => length).slice(0, 2)).toEqual([512, 65_577]);
    expect(sent).toHaveLength(3);
    expect(sent[2]?.length).toBeLessThan(300);
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
    expect(sent.length - before).toBe(2);
  });

  test('of a small archive is in what was fetched for its directory', async () => {
    const small = [{ path: 'a.txt', content: 'a'.repeat(3000) }, { path: 'empty.txt', content: '' }, { path: 'stored.bin', content: noise.subarray(0, 30_000), store: true }];
    const { source, sent } = remote(await zipOf(small));
    const zip = await openRemoteZip({ source, ref: '1/1' });
    for (const { path, content } of small) expect(sha256(await bytesOf((await zip.open(path)).body))).toBe(sha256(content));
    expect(sent).toHaveLength(2);
  });

  test.each([0, 28, 128, 129, 300, 65_535])('is found behind a header with %i bytes more than its name', async (extraBytes) => {
    const contents = { 'a.bin': noise.subarray(0, 100_000), 'b.bin': noise.subarray(100_000, 300_000) };
    const { source, sent } = remote(storedZip(contents, extraBytes));
    for (const [path, content] of Object.entries(contents)) expect(sha256(await read({ source, ref: '1/1' }, path))).toBe(sha256(content));
    // Start, end and the entry, of each of the two; the first one has to be asked for twice where its header is longer than usual.
    expect(sent).toHaveLength(extraBytes > 128 ? 7 : 6);
  });

  test('leaves nothing open where nobody reads it, or its reader stops', async () => {
    const bytes = await zipOf(inputs);
    const bodies: Readable[] = [];
    const archive = {
      open: async ({ range }: OpenOptions = {}): Promise<ArchiveContent> => {
        const offset = range?.offset ?? 0;
        const body = new PassThrough();
        for (let at = offset; at < offset + (range?.length ?? 0); at += 1000) body.write(bytes.subarray(at, Math.min(at + 1000, offset + (range?.length ?? 0))));
        // A body that is longer than what is read of it has not ended yet.
        if ((range?.length ?? 0) < 1_000_000) body.end();
        bodies.push(body);
        return { body, size: range?.length ?? null, totalSize: bytes.length, offset, mediaType: null, name: null, validator: null, format: 'zip' };
      },
    };
    const zip = await openRemoteZip({ archive: archive as unknown as Archive });
    (await zip.open('large.bin')).body.destroy();
    for await (const chunk of (await zip.open('large.bin')).body) if (chunk !== undefined) break;
    await new Promise(setImmediate);
    expect(bodies).toHaveLength(4);
    expect(bodies.map(({ destroyed }) => destroyed)).not.toContain(false);
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
    expect(opened.length).toBe(3);
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
