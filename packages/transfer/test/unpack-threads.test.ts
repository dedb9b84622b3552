import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import yazl from 'yazl';
import type { ArchiveEntry } from '../src/archive/archive-entry.ts';
import type { EntryTask } from '../src/archive/entry-reader.ts';
import { EntryReaders, threadsFor } from '../src/archive/entry-readers.ts';
import { EntryThread } from '../src/archive/entry-thread.ts';
import { LimitGuard } from '../src/archive/limits.ts';
import { publish } from '../src/archive/publish.ts';
import { readZip } from '../src/archive/read-zip.ts';
import { UnpackTarget } from '../src/archive/unpack-target.ts';
import { sweepParts, uniquePartName } from '../src/local/own-names.ts';
import { TargetDirectory } from '../src/local/target-directory.ts';
import { filesBelow, sha256, temporaryDirectory, zipOf } from './helpers.ts';

interface Unpacked {
  readonly entries: readonly ArchiveEntry[];
  readonly files: Readonly<Record<string, string>>;
}

async function unpack(zip: Buffer, threads: number, given: { readonly directory?: string; readonly signal?: AbortSignal } = {}): Promise<Unpacked> {
  const directory = given.directory ?? (await temporaryDirectory());
  const home = await temporaryDirectory();
  const file = join(home, 'archive');
  await writeFile(file, zip);
  const [stage, target] = [await TargetDirectory.prepare(join(home, 'stage')), await TargetDirectory.prepare(directory)];
  const guard = new LimitGuard({}, zip.length);
  const unpacking = new UnpackTarget(stage, guard);
  const read = await readZip(file, { guard, unpack: unpacking, threads, ...(given.signal === undefined ? {} : { signal: given.signal }) });
  const entries = await publish(read, { from: stage, to: target, unpack: unpacking });
  const files: Record<string, string> = {};
  for (const path of await filesBelow(directory)) if ((await lstat(join(directory, path))).isFile()) files[path] = sha256(await readFile(join(directory, path)));
  return { entries, files };
}

/** What of two outcomes has to be the same. */
const essence = ({ entries, files }: Unpacked): unknown => ({ entries: entries.map(({ error, ...rest }) => ({ ...rest, kind: error?.kind, message: error?.message })), files });

interface Input {
  readonly path: string;
  readonly content: Buffer;
  readonly as: 'stored' | 'deflated' | 'streamed' | 'zip64';
}

async function pack(inputs: readonly Input[]): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const { path, content, as } of inputs) {
    if (path.endsWith('/')) zip.addEmptyDirectory(path);
    else if (as === 'streamed' || as === 'zip64') zip.addReadStream(Readable.from(content.length === 0 ? [] : [content], { objectMode: false }), path, { compress: as === 'streamed', forceZip64Format: as === 'zip64' });
    else zip.addBuffer(content, path, { compress: as === 'deflated' });
  }
  zip.end({ forceZip64Format: inputs.some(({ as }) => as === 'zip64'), comment: '' });
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const content = fc.oneof(
  { weight: 5, arbitrary: fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 2, arbitrary: fc.constant(Buffer.alloc(0)) },
  { weight: 2, arbitrary: fc.nat(400_000).map((length) => Buffer.alloc(length, 'so much text, ')) },
  { weight: 1, arbitrary: fc.integer({ min: 1_048_570, max: 1_600_000 }).map((length) => Buffer.alloc(length, 'and more, ')) },
);
const path = fc.tuple(fc.array(fc.constantFrom('a', 'A', 'b', 'con', 'x y', 'ä', 'file.txt'), { minLength: 1, maxLength: 4 }), fc.constantFrom('', '', '', '/')).map(([segments, end]) => `${segments.join('/')}${end}`);
const inputs = fc.array(fc.record({ path, content, as: fc.constantFrom('stored' as const, 'deflated' as const, 'streamed' as const, 'zip64' as const) }), { maxLength: 25 });
/** Bytes that are turned over, anywhere in the archive. */
const damages = fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 2, arbitrary: fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 4 }) });

describe('an archive that is read on threads', () => {
  test('comes to the same as one that is read here, whatever is in it and whatever is damaged', async () => {
    await fc.assert(
      fc.asyncProperty(inputs, damages, async (given, positions) => {
        const zip = await pack(given);
        for (const position of positions) {
          const at = Math.floor(position * zip.length);
          zip[at] = (zip[at] ?? 0) ^ 0x55;
        }
        const outcome = (threads: number): Promise<unknown> => unpack(zip, threads).then(essence, (error: unknown) => ({ thrown: (error as { readonly kind?: string }).kind }));
        const here = await outcome(0);
        expect(await outcome(2)).toEqual(here);
        if (positions.length === 0) expect(here).toMatchObject({ entries: given.filter((input) => !input.path.endsWith('/')).map((input) => ({ path: input.path, sha256: sha256(input.content) })) });
      }),
      { numRuns: 60 },
    );
  });

  test('names what is wrong with a large entry, and leaves nothing of it', async () => {
    const large = randomBytes(6_000_000).map((byte) => byte & 0x3f) as Buffer;
    const whole = await zipOf([{ path: 'large.bin', content: large }, { path: 'after.txt', content: 'after' }]);
    const central = whole.lastIndexOf(Buffer.from('large.bin')) - 46;
    const changed = (change: (zip: Buffer) => void): Buffer => {
      const zip = Buffer.from(whole);
      change(zip);
      return zip;
    };
    const cases: readonly (readonly [Buffer, string | undefined])[] = [
      [whole, undefined],
      [changed((zip) => zip.writeUInt32LE(5_999_999, central + 24)), 'it has more bytes than the 5999999 that the directory says'],
      [changed((zip) => zip.writeUInt32LE(6_000_001, central + 24)), 'it has 6000000 bytes, the directory says 6000001'],
      [changed((zip) => zip.writeUInt32LE(zip.readUInt32LE(central + 20) - 1000, central + 20)), 'it cannot be unpacked'],
      // What stands behind the end of the packed bytes is nothing of it.
      [changed((zip) => zip.writeUInt32LE(zip.readUInt32LE(central + 20) + 20, central + 20)), undefined],
      [changed((zip) => zip.writeUInt32LE(1, central + 16)), 'its checksum does not fit its bytes'],
      [changed((zip) => zip.fill(0xff, 1_000_000, 1_000_100)), '.*'],
      [changed((zip) => zip.writeUInt32LE(0, central + 20)), 'it has a size but no bytes'],
    ];
    for (const threads of [0, 1]) {
      for (const [zip, why] of cases) {
        const { entries, files } = await unpack(zip, threads);
        const message: unknown = why === undefined ? undefined : expect.stringMatching(`^"large.bin" in the archive is damaged: ${why}$`);
        expect(entries.map((entry) => [entry.path, entry.error?.message])).toEqual([['large.bin', message], ['after.txt', undefined]]);
        expect(files).toEqual({ ...(why === undefined ? { 'large.bin': sha256(large) } : {}), 'after.txt': sha256('after') });
      }
    }
  });

  test('with little entries that are damaged so that they would swallow others names them, and reads the others', async () => {
    const zip = await zipOf(Array.from({ length: 40 }, (_, index) => ({ path: `${index}.txt`, content: `content of number ${index}, and so on, and so on` })));
    // The mark of the last block of a few: what comes next would be taken for a part of them.
    for (const index of [3, 4, 20, 39]) {
      const at = zip.indexOf(`${index}.txt`) + `${index}.txt`.length;
      zip[at] = (zip[at] ?? 0) & ~1;
    }
    const { entries, files } = await unpack(zip, 0);
    expect(entries.flatMap((entry, index) => (entry.error === undefined ? [] : [[index, entry.error.kind]]))).toEqual([3, 4, 20, 39].map((index) => [index, 'corrupt']));
    expect(Object.keys(files)).toHaveLength(36);
    expect(files['5.txt']).toBe(sha256('content of number 5, and so on, and so on'));
  });

  test('may have thousands of entries of one name', async () => {
    const many = Array.from({ length: 3000 }, (_, index) => ({ path: 'same/name.txt', content: `number ${index}` }));
    const { entries, files } = await unpack(await zipOf(many), 1);
    expect(entries.map((entry) => entry.sha256)).toEqual(many.map((input) => sha256(input.content)));
    expect(new Set(entries.map((entry) => entry.localPath)).size).toBe(3000);
    expect(Object.keys(files)).toHaveLength(3000);
    expect(entries[2999]?.localPath).toBe('same/name (2999).txt');
  });

  test('keeps what is in one directory together, also where a file of that name came before', async () => {
    const { files } = await unpack(await zipOf([{ path: 'd/e', content: 'a file' }, { path: 'd/e/1.txt', content: '1' }, { path: 'd/e/2.txt', content: '2' }]), 0);
    expect(Object.keys(files)).toEqual(['d/e', 'd/e (1)/1.txt', 'd/e (1)/2.txt']);
  });

  test('may have a path of thousands of directories: that entry fails by name', async () => {
    const { entries, files } = await unpack(await zipOf([{ path: `${'d/'.repeat(3000)}deep.txt`, content: 'x' }, { path: 'a.txt', content: 'a' }]), 1);
    expect(entries.map(({ error }) => error?.kind)).toEqual(['target-failed', undefined]);
    expect(Object.keys(files)).toEqual(['a.txt']);
  });
});

describe('a thread', () => {
  async function archiveOf(content: Buffer): Promise<{ readonly file: string; readonly tasks: readonly EntryTask[] }> {
    const file = join(await temporaryDirectory(), 'archive');
    await writeFile(file, await zipOf([{ path: 'a', content, store: true }]));
    return { file, tasks: [{ headerOffset: 0, packedSize: content.length, size: content.length, method: 0, crc32: crc32(content), path: null }] };
  }

  test('that dies is no failure: what it has not told is read here', async () => {
    const large = Buffer.alloc(30_000_000, 'large');
    const { file, tasks } = await archiveOf(large);
    let dying: EntryThread | undefined;
    const readers = new EntryReaders(file, 1, (archive) => (dying = new EntryThread(archive)));
    expect(readers.lanes).toBe(2);
    const readings = [readers.read(1, tasks), readers.read(2, tasks)];
    await dying?.close();
    expect(await Promise.all([...readings, readers.read(1, tasks), readers.read(0, tasks)])).toEqual([0, 1, 2, 3].map(() => [sha256(large)]));
    await readers.close();
    for (const lane of [0, 1]) await expect(readers.read(lane, tasks)).rejects.toThrow();
  });

  test('that cannot read the archive, or is not to be had, neither; an archive that is not there is', async () => {
    const { file, tasks } = await archiveOf(Buffer.from('hello'));
    const lost = new EntryReaders(file, 1, () => new EntryThread(join(file, 'nowhere')));
    expect(await lost.read(1, tasks)).toEqual([sha256('hello')]);
    await lost.close();
    const refused = new EntryReaders(file, 2, () => {
      throw new Error('no more threads');
    });
    expect(refused.lanes).toBe(1);
    expect(await refused.read(0, tasks)).toEqual([sha256('hello')]);
    await refused.close();
    const gone = new EntryReaders(`${file}-gone`, 1);
    await expect(gone.read(1, tasks)).rejects.toMatchObject({ code: 'ENOENT' });
    await gone.close();
  });

  test('started before the directory was read ends where that turns out to be damaged, and nothing is unpacked', async () => {
    const zip = await pack(Array.from({ length: 1000 }, (_, index) => ({ path: `${index}.txt`, content: Buffer.from(`text ${index}`), as: 'stored' as const })));
    const start = zip.lastIndexOf(Buffer.from('500.txt'));
    zip.writeUInt32LE(0, zip.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]), start));
    const ports = (): number => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    const before = ports();
    const directory = await temporaryDirectory();
    await expect(unpack(zip, 1, { directory })).rejects.toMatchObject({ kind: 'corrupt' });
    expect(await filesBelow(directory)).toEqual([]);
    expect(ports()).toBe(before);
  });

  test('is started where there is enough to do and a processor for it', () => {
    const little = { entries: 20, bytes: 1_000_000 };
    const much = { entries: 20_000, bytes: 1_000_000 };
    expect([threadsFor(little, 8), threadsFor(much, 1), threadsFor(much, 2), threadsFor(much, 8), threadsFor({ entries: 2, bytes: 2 ** 30 }, 2)]).toEqual([0, 0, 2, 2, 2]);
  });
});

describe('unpacking that is broken off', () => {
  test('by an abort, ends at once and in the middle of an entry', async () => {
    const large = Buffer.alloc(60_000_000, 'large');
    const zip = await zipOf([{ path: 'large.bin', content: large }, { path: 'stored.bin', content: large, store: true }, { path: 'b.txt', content: 'b' }]);
    for (const threads of [0, 1, 2]) {
      const stop = new AbortController();
      const directory = await temporaryDirectory();
      const unpacking = unpack(zip, threads, { directory, signal: stop.signal });
      setImmediate(() => stop.abort());
      await expect(unpacking).rejects.toMatchObject({ kind: 'aborted' });
      expect(await filesBelow(directory)).toEqual([]);
    }
  });
});

describe('what is unpacked is moved to its place when all of it is read:', () => {
  test('into directories that are there, file by file, and others at once', async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'there/inner'), { recursive: true });
    await mkdir(join(directory, 'there/taken.txt'));
    await writeFile(join(directory, 'there/kept.txt'), 'kept');
    await writeFile(join(directory, 'there/replaced.txt'), 'before');
    await writeFile(join(directory, 'file'), 'in the way');
    const given = ['there/replaced.txt', 'there/inner/a.txt', 'there/taken.txt', 'new/b.txt', 'new/deep/c.txt', 'file/d.txt', 'file/deep/e.txt', 'f.txt'];
    const { entries, files } = await unpack(await zipOf(given.map((path) => ({ path, content: path }))), 1, { directory });
    const expected = given.filter((path) => path !== 'there/taken.txt' && !path.startsWith('file/'));
    expect(entries.filter(({ error }) => error === undefined).map((entry) => entry.localPath)).toEqual(expected);
    expect(entries.filter(({ error }) => error !== undefined).map(({ path, error, sha256: hash, localPath }) => [path, error?.kind, error?.message, hash, localPath])).toEqual([
      ['there/taken.txt', 'target-failed', expect.stringContaining('a directory of that name is in the way'), null, null],
      ['file/d.txt', 'target-failed', '"file" cannot be written: something else of that name is in the way', null, null],
      ['file/deep/e.txt', 'target-failed', '"file" cannot be written: something else of that name is in the way', null, null],
    ]);
    expect(files).toEqual({ ...Object.fromEntries(expected.map((path) => [path, sha256(path)])), 'there/kept.txt': sha256('kept'), file: sha256('in the way') });
  });

  test('never through a symbolic link', async () => {
    const [directory, outside] = [await temporaryDirectory(), await temporaryDirectory()];
    await symlink(outside, join(directory, 'linked'));
    await mkdir(join(directory, 'real'));
    await symlink(outside, join(directory, 'real/linked'));
    const given = ['linked/a.txt', 'real/linked/b.txt', 'real/c.txt'].map((path) => ({ path, content: path }));
    const { entries } = await unpack(await zipOf(given), 1, { directory });
    expect(entries.map(({ error }) => error?.message)).toEqual(['"linked" cannot be written: a symbolic link is in the way', '"real/linked" cannot be written: a symbolic link is in the way', undefined]);
    expect(await filesBelow(outside)).toEqual([]);
  });

  test('and what a process that died had unpacked is swept with all that is in it', async () => {
    const directory = await temporaryDirectory();
    const dead = join(directory, uniquePartName().replace(/-\d+-/, '-4194999-'));
    await mkdir(join(dead, 'a/b'), { recursive: true });
    await writeFile(join(dead, 'a/b/c.txt'), 'half');
    await mkdir(join(directory, uniquePartName()));
    await sweepParts(directory);
    expect(await readdir(directory)).toHaveLength(1);
  });
});
