import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip, crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { FileSourceError } from '@filesource/core';
import { nodeHashing } from '@filesource/testkit';
import { pack, type Header } from 'tar-stream';
import yazl from 'yazl';
import type { ArchiveEntry } from '../src/archive/archive-entry.ts';
import { LimitGuard, type ArchiveLimits } from '../src/archive/limits.ts';
import { publish } from '../src/archive/publish.ts';
import { readTarGz } from '../src/archive/read-tar.ts';
import { readZip } from '../src/archive/read-zip.ts';
import { UnpackTarget } from '../src/archive/unpack-target.ts';
import { TargetDirectory } from '../src/local/target-directory.ts';
import { filesBelow, patch, sha256, temporaryDirectory, textOf, zipOf } from './helpers.ts';

interface Outcome {
  readonly entries: readonly ArchiveEntry[];
  readonly directory: string;
}

/** Reads an archive; `unpack` also writes its entries below a directory. */
async function read(bytes: Buffer, options: { readonly unpack?: boolean; readonly limits?: Partial<ArchiveLimits>; readonly as?: typeof readTarGz; readonly directory?: string; readonly signal?: AbortSignal } = {}): Promise<Outcome> {
  const home = await temporaryDirectory();
  const directory = options.directory ?? join(home, 'out');
  const file = join(home, 'archive');
  await writeFile(file, bytes);
  const target = await TargetDirectory.prepare(directory);
  const stage = await TargetDirectory.prepare(join(directory, '.filesource-stage'));
  const guard = new LimitGuard(options.limits ?? {}, bytes.length);
  const unpack = new UnpackTarget(stage, guard);
  try {
    const readArchive: typeof readTarGz = options.as ?? readZip;
    const entries = await readArchive(file, {
      hashing: nodeHashing,
      guard,
      ...(options.unpack === true ? { unpack } : {}),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    return { entries: await publish(entries, { from: stage, to: target, unpack }), directory };
  } finally {
    await rm(stage.path, { recursive: true });
  }
}

async function failureOf(promise: Promise<unknown>): Promise<FileSourceError> {
  const error: unknown = await promise.then(() => undefined, (thrown: unknown) => thrown);
  if (FileSourceError.is(error)) return error;
  throw error ?? new Error('it did not fail');
}

/** The header of an entry in a tar, whether or not a library would write such a one. */
function tarRecord(name: string, type: string, size: number): Buffer {
  const header = Buffer.alloc(512);
  header.write(name);
  header.write(`0000644\0${'0000000\0'.repeat(2)}${size.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0${' '.repeat(8)}${type}`, 100);
  header.write('ustar\u000000', 257);
  header.write(`${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** A ZIP in which all entries are the same bytes: so many of them that come to nothing. */
function overlappingZip(entries: number): Buffer {
  const nothing = Buffer.concat([Buffer.alloc(1_100_000, Buffer.from('000000ffff', 'hex')), deflateRawSync('')]);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(8, 8);
  const record = (index: number): Buffer => {
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(8, 10);
    central.writeUInt32LE(nothing.length, 20);
    central.writeUInt16LE(5, 28);
    return Buffer.concat([central, Buffer.from(String(10_000 + index))]);
  };
  const directory = Buffer.concat(Array.from({ length: entries }, (_, index) => record(index)));
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(local.length + nothing.length, 16);
  return Buffer.concat([local, nothing, directory, end]);
}

/** As GNU tar writes names that are too long for a header; the library takes minutes for some of them. */
function longNamed(names: readonly string[]): Buffer {
  return gzipSync(Buffer.concat([...names.flatMap((name) => [tarRecord('././@LongLink', 'L', name.length), Buffer.from(name.padEnd(Math.ceil(name.length / 512) * 512, '\0')), tarRecord('long', '0', 0)]), Buffer.alloc(1024)]), { level: 1 });
}

/** Where the central directory has the entry of a name. */
function directoryRecord(zip: Buffer, name: string): number {
  for (let at = zip.indexOf('PK\u0001\u0002', 0, 'latin1'); at >= 0; at = zip.indexOf('PK\u0001\u0002', at + 1, 'latin1')) {
    const length = zip.readUInt16LE(at + 28);
    if (zip.toString('utf8', at + 46, at + 46 + length) === name) return at;
  }
  throw new Error(`no entry ${name}`);
}

async function tarOf(entries: readonly (Partial<Header> & { readonly name: string } & { readonly content?: string | Buffer })[]): Promise<Buffer> {
  const tar = pack();
  for (const { content, ...header } of entries) tar.entry(header, content ?? '');
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar.pipe(createGzip()) as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('a ZIP', () => {
  test('is read to the end of every entry, small and large, packed and stored', async () => {
    const large = Buffer.alloc(3_000_000, 'Straße und so weiter, ');
    const inputs = [
      { path: 'a.txt', content: 'hello' },
      { path: 'b/stored.bin', content: 'as it is', store: true },
      { path: 'b/large.bin', content: large },
      { path: 'b/large-stored.bin', content: large, store: true },
      { path: 'empty', content: '' },
      { path: 'c/' },
      { path: 'Ünïcode 漢.txt', content: 'x' },
    ];
    const { entries, directory } = await read(await zipOf(inputs), { unpack: true });
    expect(entries.map((entry) => [entry.path, entry.size, entry.sha256, entry.error])).toEqual(
      inputs.filter((input) => input.path !== 'c/').map(({ path, content = '' }) => [path, Buffer.byteLength(content), sha256(content), undefined]),
    );
    expect(await filesBelow(directory)).toEqual(['a.txt', 'b/large-stored.bin', 'b/large.bin', 'b/stored.bin', 'empty', 'Ünïcode 漢.txt'].sort());
    expect((await readFile(join(directory, 'b/large.bin'))).equals(large)).toBe(true);
    expect((await readFile(join(directory, 'b/large-stored.bin'))).equals(large)).toBe(true);
  });

  test('with nothing in it has no entries', async () => {
    expect((await read(await zipOf([]))).entries).toEqual([]);
  });

  test('of thousands of entries is read whole', async () => {
    const inputs = Array.from({ length: 1200 }, (_, index) => ({ path: `${index % 50}/${index}.txt`, content: `entry ${index}` }));
    const { entries, directory } = await read(await zipOf(inputs), { unpack: true });
    expect(entries).toHaveLength(1200);
    expect(entries.every((entry) => entry.error === undefined)).toBe(true);
    expect(await textOf(directory, '17/1017.txt')).toBe('entry 1017');
  });

  test('names are UTF-8 where they are well-formed and CP437 otherwise', async () => {
    const zip = await zipOf([{ path: 'a-xx.txt' }, { path: 'b-xx.txt' }]);
    for (const [name, replacement] of [['a-xx.txt', 'a-ü.txt'], ['b-xx.txt', Buffer.from('622d81942e747874', 'hex')]] as const) {
      const record = directoryRecord(zip, name);
      zip.writeUInt16LE(zip.readUInt16LE(record + 8) & ~0x800, record + 8);
      Buffer.from(replacement).copy(zip, record + 46);
    }
    expect((await read(zip)).entries.map((entry) => entry.path)).toEqual(['a-ü.txt', 'b-üö.txt']);
  });

  test('with a flipped byte in an entry names that entry and reads the others', async () => {
    const zip = await zipOf([{ path: 'a.txt', content: 'first one', store: true }, { path: 'b.txt', content: 'second one', store: true }, { path: 'c.txt', content: Buffer.alloc(2_000_000, 'third'), store: true }]);
    const damaged = patch(zip, 'second', 'secOnd');
    damaged[damaged.length - 500_000] = 0;
    const { entries, directory } = await read(damaged, { unpack: true });
    expect(entries.map((entry) => [entry.path, entry.error?.kind, entry.sha256 === null])).toEqual([['a.txt', undefined, false], ['b.txt', 'corrupt', true], ['c.txt', 'corrupt', true]]);
    expect(await filesBelow(directory)).toEqual(['a.txt']);
  });

  test('whose directory lies about a size names the entry', async () => {
    const zip = await zipOf([{ path: 'more.txt', content: 'x'.repeat(1000) }, { path: 'less.txt', content: 'y'.repeat(1000) }, { path: 'far.txt', content: 'z' }, { path: 'nowhere.txt', content: 'z' }]);
    zip.writeUInt32LE(10, directoryRecord(zip, 'more.txt') + 24);
    zip.writeUInt32LE(5000, directoryRecord(zip, 'less.txt') + 24);
    zip.writeUInt32LE(1_000_000, directoryRecord(zip, 'far.txt') + 20);
    zip.writeUInt32LE(5, directoryRecord(zip, 'nowhere.txt') + 42);
    const { entries } = await read(zip);
    expect(entries.map((entry) => entry.error?.kind)).toEqual(['corrupt', 'corrupt', 'corrupt', 'corrupt']);
  });

  test('with an encrypted entry, a link or an unknown method names it and reads the others', async () => {
    const zip = await zipOf([{ path: 'locked.txt', content: 'secret' }, { path: 'link', content: '/etc/passwd', mode: 0o120777 }, { path: 'odd.txt', content: 'x' }, { path: 'plain.txt', content: 'open' }]);
    const locked = directoryRecord(zip, 'locked.txt');
    zip.writeUInt16LE(zip.readUInt16LE(locked + 8) | 1, locked + 8);
    zip.writeUInt16LE(99, directoryRecord(zip, 'odd.txt') + 10);
    const { entries, directory } = await read(zip, { unpack: true });
    expect(entries.map((entry) => [entry.path, entry.error?.message ?? 'fine'])).toEqual([
      ['locked.txt', '"locked.txt" in the archive is encrypted'],
      ['link', '"link" in the archive is a symbolic link, which is refused'],
      ['odd.txt', '"odd.txt" in the archive is packed by the method 99, which is not known here'],
      ['plain.txt', 'fine'],
    ]);
    expect(await filesBelow(directory)).toEqual(['plain.txt']);
  });

  test('leaves documents that are ZIPs themselves alone', async () => {
    const inner = await zipOf([{ path: 'word/document.xml', content: '<w/>' }]);
    const { entries } = await read(await zipOf([{ path: 'brief.docx', content: inner }]));
    expect(entries.map((entry) => [entry.path, entry.sha256])).toEqual([['brief.docx', sha256(inner)]]);
  });

  test('that is cut is truncated, wherever it was cut', async () => {
    const zip = await zipOf([{ path: 'a.txt', content: 'hello' }, { path: 'b.txt', content: 'world' }]);
    for (const length of [20, 100, zip.length - 30, zip.length - 1]) expect(await failureOf(read(zip.subarray(0, length)))).toMatchObject({ kind: 'truncated' });
  });

  test('that is an HTML page, empty or damaged in its directory is corrupt', async () => {
    expect(await failureOf(read(Buffer.from('<!DOCTYPE html><html><body>expired</body></html>')))).toMatchObject({ kind: 'corrupt', message: 'expected a ZIP, got an HTML page' });
    expect(await failureOf(read(Buffer.alloc(0)))).toMatchObject({ kind: 'corrupt', message: 'expected a ZIP, got an empty body' });
    const zip = await zipOf([{ path: 'a.txt', content: 'hello' }]);
    zip.writeUInt32LE(0, directoryRecord(zip, 'a.txt'));
    expect(await failureOf(read(zip))).toMatchObject({ kind: 'corrupt' });
  });

  test('with data descriptors is read, since sizes are taken from the directory', async () => {
    const zip = new yazl.ZipFile();
    for (const store of [true, false]) zip.addReadStream(Readable.from([Buffer.from('streamed '), Buffer.from('content')]), `${store}.txt`, { compress: !store });
    zip.end();
    const chunks: Buffer[] = [];
    for await (const chunk of zip.outputStream as AsyncIterable<Buffer>) chunks.push(chunk);
    const { entries } = await read(Buffer.concat(chunks), { unpack: true });
    expect(entries.map((entry) => [entry.path, entry.sha256])).toEqual([['true.txt', sha256('streamed content')], ['false.txt', sha256('streamed content')]]);
  });

  test('with several entries of one name keeps them apart', async () => {
    const zip = patch(patch(await zipOf([{ path: 'a.txt', content: 'x' }, { path: 'b.txt', content: 'y' }, { path: 'c.txt', content: 'z' }]), 'b.txt', 'a.txt'), 'c.txt', 'A.TXT');
    const { entries, directory } = await read(zip, { unpack: true });
    expect(entries.map((entry) => [entry.path, entry.localPath])).toEqual([['a.txt', 'a.txt'], ['a.txt', 'a (1).txt'], ['A.TXT', 'A (2).TXT']]);
    expect(await textOf(directory, 'A (2).TXT')).toBe('z');
  });

  test('ZIP64 fields are read', async () => {
    const content = Buffer.from('hello zip64');
    const packed = deflateRawSync(content);
    const name = Buffer.from('a.txt');
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(45, 4);
    local.writeUInt16LE(0x808, 6);
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(0x808, 8);
    central.writeUInt16LE(8, 10);
    central.writeUInt32LE(crc32(content), 16);
    central.fill(0xff, 20, 28);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt16LE(28, 30);
    central.fill(0xff, 42, 46);
    const extra = Buffer.alloc(28);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(24, 2);
    extra.writeBigUInt64LE(BigInt(content.length), 4);
    extra.writeBigUInt64LE(BigInt(packed.length), 12);
    const directoryStart = local.length + name.length + packed.length;
    const record64 = Buffer.alloc(56);
    record64.writeUInt32LE(0x06064b50, 0);
    record64.writeBigUInt64LE(44n, 4);
    record64.writeBigUInt64LE(1n, 24);
    record64.writeBigUInt64LE(1n, 32);
    record64.writeBigUInt64LE(BigInt(central.length + name.length + extra.length), 40);
    record64.writeBigUInt64LE(BigInt(directoryStart), 48);
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x07064b50, 0);
    locator.writeBigUInt64LE(BigInt(directoryStart + central.length + name.length + extra.length), 8);
    const end = Buffer.alloc(22, 0xff);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt32LE(0, 4);
    end.writeUInt16LE(0, 20);
    const { entries } = await read(Buffer.concat([local, name, packed, central, name, extra, record64, locator, end]));
    expect(entries).toEqual([{ path: 'a.txt', size: content.length, sha256: sha256(content), localPath: null }]);
  });
});

describe('ceilings', () => {
  const bombContent = Buffer.alloc(72 * 1024 * 1024);

  test('stop an archive with too many entries, too many bytes or too good a ratio before anything is unpacked', async () => {
    const zip = await zipOf([{ path: 'a.txt', content: 'x'.repeat(1000) }, { path: 'b.txt', content: 'x'.repeat(1000) }]);
    expect(await failureOf(read(zip, { limits: { maxEntries: 1 } }))).toMatchObject({ kind: 'too-large', message: 'the archive unpacks to more than 1 entries' });
    expect(await failureOf(read(zip, { limits: { maxBytes: 1999 } }))).toMatchObject({ kind: 'too-large' });
    const bomb = await zipOf([{ path: 'bomb', content: bombContent }]);
    expect(await failureOf(read(bomb, { limits: { maxRatio: 500 } }))).toMatchObject({ kind: 'too-large', message: 'the archive unpacks to more than 500 times its own size', advice: expect.stringMatching(/--max-ratio N .*limits\.maxRatio/) });
    expect((await read(bomb)).entries).toHaveLength(1);
  });

  test('hold also when the directory lies', async () => {
    const bomb = await zipOf([{ path: 'bomb', content: bombContent }]);
    bomb.writeUInt32LE(2_000_000, directoryRecord(bomb, 'bomb') + 24);
    const { entries, directory } = await read(bomb, { unpack: true });
    expect(entries[0]).toMatchObject({ sha256: null, error: { kind: 'corrupt' } });
    expect(await filesBelow(directory)).toEqual([]);
  });

  test('stop a tar.gz while it is read', async () => {
    const tar = await tarOf([{ name: 'a', content: Buffer.alloc(3_000_000) }, { name: 'b', content: 'x' }]);
    expect(await failureOf(read(tar, { as: readTarGz, limits: { maxBytes: 1_000_000 }, unpack: true }))).toMatchObject({ kind: 'too-large' });
    expect(await failureOf(read(tar, { as: readTarGz, limits: { maxEntries: 1 } }))).toMatchObject({ kind: 'too-large' });
  });

  test('stop a ZIP whose entries are the same bytes over and over, also where they come to nothing', async () => {
    expect((await read(overlappingZip(3))).entries.map(({ size, error }) => [size, error])).toEqual([[0, undefined], [0, undefined], [0, undefined]]);
    expect(await failureOf(read(overlappingZip(3000)))).toMatchObject({ kind: 'too-large', message: expect.stringContaining('overlap') });
  });

  test.each([
    ['a link', '2'],
    ['a device', '3'],
    ['of a kind that nobody knows', 'S'],
  ])('count what belongs to an entry that is skipped in a tar.gz since it is %s', async (_, type) => {
    const tar = gzipSync(Buffer.concat([tarRecord('skipped', type, 2_000_384), Buffer.alloc(2_000_384), Buffer.alloc(1024)]));
    expect(await failureOf(read(tar, { as: readTarGz, limits: { maxBytes: 1_000_000 } }))).toMatchObject({ kind: 'too-large', message: expect.stringContaining('more than 1000000 bytes') });
    expect((await read(tar, { as: readTarGz, limits: { maxBytes: 2_000_384 } })).entries).toMatchObject([{ path: 'skipped', error: { kind: 'unsupported' } }]);
  });

  test.each([
    ['zeros behind its entries', gzipSync(Buffer.alloc(32 * 1024 * 1024))],
    ['headers that are of no entry', gzipSync(Buffer.concat(Array.from({ length: 16 }, () => [tarRecord('pax', 'g', 2 * 1024 * 1024 - 512), Buffer.alloc(2 * 1024 * 1024 - 512)]).flat()))],
  ])('stop a tar.gz that goes on with %s', async (_, more) => {
    const tar = (repeats: number): Buffer => Buffer.concat([gzipSync(Buffer.concat([tarRecord('a', '0', 0)])), ...Array.from({ length: repeats }, () => more), gzipSync(Buffer.alloc(1024))]);
    expect((await read(tar(1), { as: readTarGz })).entries).toHaveLength(1);
    expect(await failureOf(read(tar(20), { as: readTarGz }))).toMatchObject({ kind: 'too-large', message: expect.stringContaining('of no file in it') });
  });
});

describe('a path of an entry', () => {
  test.each(['zip', 'tar.gz'])('makes no more directories than a %s may have entries', async (format) => {
    const paths = Array.from({ length: 5 }, (_, index) => `${index}/${'a/'.repeat(30)}f`);
    const bytes = format === 'zip' ? await zipOf(paths.map((path) => ({ path, content: 'x' }))) : await tarOf(paths.map((name) => ({ name, content: 'x' })));
    const as = format === 'zip' ? readZip : readTarGz;
    expect(await failureOf(read(bytes, { as, unpack: true, limits: { maxEntries: 100 } }))).toMatchObject({ kind: 'too-large', message: 'the archive unpacks to more than 100 directories' });
    expect((await read(bytes, { as, unpack: true, limits: { maxEntries: 155 } })).entries.map(({ error }) => error)).toEqual(paths.map(() => undefined));
  });

  test('costs nothing where it is deeper than a file system takes', async () => {
    const bytes = longNamed([`${`${'d'.repeat(200)}/`.repeat(18)}${'a/'.repeat(1_500_000)}f`, 'b']);
    expect(bytes.length).toBeLessThan(100_000);
    const before = process.memoryUsage().rss;
    const { entries } = await read(bytes, { as: readTarGz, unpack: true });
    expect(entries.map(({ error }) => error?.kind)).toEqual(['target-failed', undefined]);
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
  });

  test('is refused where all of them together are as long as no archive needs', async () => {
    const bytes = longNamed(Array.from({ length: 70 }, (_, index) => `${index}${'n'.repeat(4_000_000)}`));
    expect(bytes.length).toBeLessThan(5_000_000);
    expect(await failureOf(read(bytes, { as: readTarGz }))).toMatchObject({ kind: 'too-large', message: expect.stringContaining('the names in the archive') });
  });
});

describe('unpacking', () => {
  /** The name in place of which another one is written, which no library would write; as long as that at least. */
  const standIn = (name: string, index: number): string => `stand-in-number-${index}`.padEnd(Math.max(20, name.length), 'x');
  const names = ['aa/../../up.txt', '//absolute.txt', 'C:\\drive\\file.txt', 'dup.txt', 'DUP.txt', 'dir', 'dir/inside.txt', 'CON/nul.txt'];

  test('never leads out of the directory, and keeps everything apart', async () => {
    let zip = await zipOf(names.map((name, index) => ({ path: standIn(name, index), content: `content ${index}` })));
    for (const [index, name] of names.entries()) {
      const written = standIn(name, index);
      const record = directoryRecord(zip, written);
      zip = Buffer.from(zip);
      // The field has to stay as long as it is.
      Buffer.from(name.padStart(written.length, './')).copy(zip, record + 46);
    }
    const { entries, directory } = await read(zip, { unpack: true });
    expect(entries.map((entry) => entry.error)).toEqual(names.map(() => undefined));
    const home = join(directory, '..');
    expect((await filesBelow(home)).filter((path) => !path.startsWith('out/'))).toEqual(['archive']);
    expect(new Set(entries.map((entry) => entry.localPath?.toLowerCase())).size).toBe(names.length);
    for (const [index, entry] of entries.entries()) expect(await textOf(directory, entry.localPath ?? '')).toBe(`content ${index}`);
  });

  test('does not go through a symbolic link', async () => {
    const [directory, outside] = [await temporaryDirectory(), await temporaryDirectory()];
    await mkdir(join(directory, 'real'));
    await symlink(outside, join(directory, 'linked'));
    const { entries } = await read(await zipOf([{ path: 'linked/a.txt', content: 'x' }, { path: 'real/b.txt', content: 'y' }]), { unpack: true, directory });
    expect(entries.map((entry) => entry.error?.kind)).toEqual(['target-failed', undefined]);
    expect(await filesBelow(outside)).toEqual([]);
  });

  test('makes directories that hold nothing', async () => {
    const { directory } = await read(await zipOf([{ path: 'empty/inner/' }, { path: 'a.txt' }]), { unpack: true });
    await expect(readFile(join(directory, 'empty/inner'))).rejects.toMatchObject({ code: 'EISDIR' });
  });

  test('stops when it is aborted', async () => {
    const inputs = Array.from({ length: 200 }, (_, index) => ({ path: `${index}.txt`, content: 'x' }));
    expect(await failureOf(read(await zipOf(inputs), { signal: AbortSignal.abort() }))).toMatchObject({ kind: 'aborted' });
  });
});

describe('a tar.gz', () => {
  test('is read to the end of every entry', async () => {
    const large = Buffer.alloc(2_500_000, 'groß');
    const tar = await tarOf([
      { name: 'A/', type: 'directory' },
      { name: 'A/ü.txt', content: 'hello' },
      { name: 'large.bin', content: large },
      { name: 'empty', content: '' },
      { name: 'link', type: 'symlink', linkname: '/etc/passwd' },
      { name: `${'long/'.repeat(40)}name.txt`, content: 'deep' },
    ]);
    const { entries, directory } = await read(tar, { as: readTarGz, unpack: true });
    expect(entries.map((entry) => [entry.path, entry.size, entry.sha256, entry.error?.kind])).toEqual([
      ['A/ü.txt', 5, sha256('hello'), undefined],
      ['large.bin', large.length, sha256(large), undefined],
      ['empty', 0, sha256(''), undefined],
      ['link', 0, null, 'unsupported'],
      [`${'long/'.repeat(40)}name.txt`, 4, sha256('deep'), undefined],
    ]);
    expect(await filesBelow(directory)).toEqual(['A/ü.txt', 'empty', 'large.bin', `${'long/'.repeat(40)}name.txt`]);
  });

  test('that is cut is truncated, and what is none is corrupt', async () => {
    const tar = await tarOf([{ name: 'a', content: Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251)) }]);
    expect(await failureOf(read(tar.subarray(0, tar.length - 200), { as: readTarGz }))).toMatchObject({ kind: 'truncated' });
    expect(await failureOf(read(tar.subarray(0, tar.length - 200), { as: readTarGz, unpack: true }))).toMatchObject({ kind: 'truncated' });
    expect(await failureOf(read(Buffer.from('<html>no</html>'), { as: readTarGz }))).toMatchObject({ kind: 'corrupt', message: 'expected a tar.gz, got an HTML page' });
    expect(await failureOf(read(gzipSync('x'.repeat(600)), { as: readTarGz }))).toMatchObject({ kind: 'corrupt' });
    expect(await failureOf(read(Buffer.alloc(0), { as: readTarGz }))).toMatchObject({ kind: expect.stringMatching(/corrupt|truncated/) });
  });
});
