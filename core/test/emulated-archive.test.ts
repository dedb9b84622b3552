import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import yauzl from 'yauzl';
import { createPathSpreader, FileSourceError, overlay, safeSegment, type FileSource, type SourceAdapter } from '@filesource/core';
import { createMemoryAdapter, settle, type MemoryAdapter, type MemoryFile } from '@filesource/testkit';
import { bytesOf, sourceOf } from './helpers.ts';

const fromBuffer = promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer.bind(yauzl));

async function unzip(bytes: Buffer): Promise<Map<string, Buffer>> {
  const zip = await fromBuffer(bytes, { lazyEntries: true });
  const files = new Map<string, Buffer>();
  await new Promise<void>((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', resolve);
    zip.on('entry', (entry: yauzl.Entry) => {
      zip.openReadStream(entry, (error, stream) => {
        if (error !== null || stream === undefined) {
          reject(error ?? new Error('no stream'));
          return;
        }
        void bytesOf(stream).then((content) => {
          files.set(entry.fileName, content);
          zip.readEntry();
        }, reject);
      });
    });
    zip.readEntry();
  });
  return files;
}

const file = (id: string, name: string, text = `content of ${id}`): MemoryFile => ({ id, name, bytes: Buffer.from(text), modified: new Date('2026-05-01T10:00:00Z') });

const folders = [
  { id: '1', name: 'Müller', files: [file('11', 'Übergabe.txt'), file('12', 'a.txt'), file('13', 'A.txt'), file('14', '../../etc/passwd')], folders: ['2'] },
  { id: '2', name: 'Grundrisse', files: [file('21', 'plan.pdf', 'x'.repeat(200_000))] },
  { id: '3', files: [] },
];

describe('an archive of a source whose vendor makes none', () => {
  it('holds every file once, with names of its own, and says what was asked for', async () => {
    const source = sourceOf(createMemoryAdapter({ folders }));
    expect(source.capabilities.archive.support).toBe('emulated');
    const archive = await (await source.archive(['1'])).result();
    const files = await unzip(await bytesOf((await archive.open()).body));
    expect([...files.keys()].sort()).toEqual(['.._.._etc_passwd', 'A (1).txt', 'Grundrisse/plan.pdf', 'a.txt', 'Übergabe.txt']);
    expect(archive.items.map((item) => item.path).sort()).toEqual([...files.keys()].sort());
    expect(files.get('A (1).txt')?.toString()).toBe('content of 13');
    expect(archive.name).toBe('memory-1.zip');
  });

  it('puts each of several folders into a directory of its own and takes a file only once', async () => {
    const archive = await (await sourceOf(createMemoryAdapter({ folders })).archive(['2', '3', '1/11', 'memory:1/11'])).result();
    const files = await unzip(await bytesOf((await archive.open()).body));
    expect([...files.keys()].sort()).toEqual(['2/plan.pdf', 'Übergabe.txt']);
  });

  it('looks up no file that the caller has listed', async () => {
    const adapter = createMemoryAdapter({ folders });
    const source = sourceOf(adapter);
    const known = [];
    for await (const entry of source.list('1')) if (entry.kind === 'file') known.push(entry);
    const archive = await (await source.archive([...known, '2/21'], { known })).result();
    expect(archive.items).toHaveLength(5);
    expect(adapter.calls).toEqual(['list 1', 'stat 2/21']);
  });

  it.each(['0001-01-01T00:00:00Z', '1950-06-01T00:00:00Z', '1969-12-31T23:59:59Z', '9999-12-31T00:00:00Z'])('takes a file that the vendor dates %s', async (modified) => {
    const dated = { ...file('11', 'a.txt'), modified: new Date(modified) };
    const archive = await (await sourceOf(createMemoryAdapter({ folders: [{ id: '1', files: [dated, file('12', 'b.txt')] }] })).archive(['1'])).result();
    const files = await unzip(await bytesOf((await archive.open()).body));
    expect([...files.keys()]).toEqual(['a.txt', 'b.txt']);
  });

  it('takes files and folders with names that no file system and no ZIP has room for, cut before their ending', async () => {
    const deep = Array.from({ length: 90 }, (_, depth) => ({ id: `d${depth}`, name: `${'ä'.repeat(500)}${depth}`, files: [], folders: [`d${depth + 1}`] }));
    const long = { id: 'd90', files: [file('11', `${'x'.repeat(70_000)}.pdf`), file('12', `${'x'.repeat(71_000)}.pdf`)] };
    const archive = await (await sourceOf(createMemoryAdapter({ folders: [...deep, long] })).archive(['d0', 'd90/11'])).result();
    const files = await unzip(await bytesOf((await archive.open()).body));
    expect([...files.keys()].map((path) => path.split('/').at(-1))).toEqual([`${'x'.repeat(251)}.pdf`, `${'x'.repeat(251)}.pdf`]);
    expect(archive.items.map((item) => item.path)).toEqual([...files.keys()]);
    expect([...files.values()].map(String)).toEqual(['content of 11', 'content of 12']);
  });

  it('of an empty folder is an empty archive', async () => {
    const archive = await (await sourceOf(createMemoryAdapter({ folders })).archive(['3'])).result();
    expect((await unzip(await bytesOf((await archive.open()).body))).size).toBe(0);
  });

  it('fails by name when a file in it cannot be read, and leaves it out only when it is told to', async () => {
    const adapter = createMemoryAdapter({ folders });
    adapter.onCall = (call) => {
      if (call === 'open 1/12') throw new FileSourceError('permission-denied', 'not for you');
    };
    const strict = await (await sourceOf(adapter).archive(['1'])).result();
    await expect(bytesOf((await strict.open()).body)).rejects.toMatchObject({ kind: 'permission-denied', ref: 'memory:1/12' });
    const lenient = await (await sourceOf(adapter).archive(['1', '9'], { onItemError: 'skip' })).result();
    const files = await unzip(await bytesOf((await lenient.open()).body));
    expect(files.size).toBe(4);
    expect(lenient.items.filter((item) => item.error !== undefined).map((item) => [item.ref, item.error?.kind])).toEqual([
      [{ folder: '1', file: '12' }, 'permission-denied'],
      [{ folder: '9' }, 'not-found'],
    ]);
  });

  it('names a file or folder that does not exist before anything is fetched', async () => {
    const source = sourceOf(createMemoryAdapter({ folders }));
    await expect(source.archive(['1/99'])).rejects.toMatchObject({ kind: 'not-found', ref: 'memory:1/99' });
    await expect(source.archive(['99'])).rejects.toMatchObject({ kind: 'not-found', ref: 'memory:99' });
  });

  it('closes the file that it is reading when its reader stops', async () => {
    const adapter = createMemoryAdapter({ folders });
    const bodies: Readable[] = [];
    adapter.onBody = () => {
      const body = new Readable({ read: () => undefined });
      body.push(Buffer.alloc(10));
      bodies.push(body);
      return body;
    };
    const archive = await (await sourceOf(adapter).archive(['2/21'])).result();
    const { body } = await archive.open();
    body.resume();
    await settle();
    body.destroy();
    await settle();
    expect(bodies.map((inner) => inner.destroyed)).toEqual([true]);
  });
});

describe('an archive that is made while it is read', () => {
  /** Files that share one content, and how many bytes were taken from vendor and archive. */
  function manyFiles(names: readonly string[], bytes: Buffer): { readonly source: FileSource; readonly taken: { bytes: number; files: number } } {
    const taken = { bytes: 0, files: 0 };
    const adapter = createMemoryAdapter({ folders: [{ id: '1', files: names.map((name, index) => ({ id: String(index + 1), name, bytes })) }] });
    adapter.onBody = () => {
      taken.files += 1;
      let at = 0;
      return new Readable({
        read() {
          const piece = bytes.subarray(at, at + 65_536);
          at += piece.length;
          taken.bytes += piece.length;
          this.push(piece.length === 0 ? null : piece);
        },
      });
    };
    return { source: sourceOf(adapter), taken };
  }

  it.each([['stored', 'jpg'], ['packed', 'bin']])('is never far ahead of its reader, however large its files are (%s)', async (_, ending) => {
    const { source, taken } = manyFiles(Array.from({ length: 6 }, (_unused, index) => `${index}.${ending}`), randomBytes(4 * 2 ** 20));
    const { body } = await (await (await source.archive(['1'])).result()).open();
    let [read, farthest] = [0, 0];
    for await (const chunk of body as AsyncIterable<Buffer>) {
      read += chunk.length;
      if (Math.floor(read / 2 ** 20) > Math.floor((read - chunk.length) / 2 ** 20)) await settle();
      farthest = Math.max(farthest, taken.bytes - read);
    }
    expect(taken).toEqual({ bytes: 24 * 2 ** 20, files: 6 });
    expect(farthest).toBeLessThan(2 ** 20);
  });

  it.each([0, 100, 30_000])('opens no more files than its reader has come to, and a few that fit between, with %i bytes each', async (size) => {
    const { source, taken } = manyFiles(Array.from({ length: 10_000 }, (_, index) => `${index}.bin`), randomBytes(size));
    const { body } = await (await (await source.archive(['1'])).result()).open();
    body.read(0);
    for (let before = -1; before < taken.files; await settle()) {
      before = taken.files;
      for (let look = 0; look < 10; look += 1) await settle();
    }
    // Of the smallest files, a few hundred bytes each with what the archive says of them, buffers of some 64 KiB hold many.
    expect(taken.files).toBeLessThan(3000);
    body.destroy();
  });
});

describe('files of an archive that is made here', () => {
  const small = Array.from({ length: 30 }, (_, index) => ({ id: `1${index}`, name: `${index}.txt`, bytes: Buffer.from(`content of ${index}`) }));

  /** Calls that wait until nothing more comes, and how many waited together. */
  function meeting(adapter: MemoryAdapter, name: string): () => number {
    let waiting = 0;
    let most = 0;
    adapter.onCall = async (call) => {
      if (!call.startsWith(name)) return;
      waiting += 1;
      most = Math.max(most, waiting);
      await settle();
      waiting -= 1;
    };
    return () => most;
  }

  it.each([[undefined, 8], [20, 30]])('are fetched several at once before their turn, where %p share a request: %i', async (openBatch, expected) => {
    const limits = { maxPageSize: 100, maxContentBytes: null, linkLifetimeMs: null, maxConcurrency: 100, maxArchives: null, ...(openBatch === undefined ? {} : { openBatch }) };
    const adapter = createMemoryAdapter({ folders: [{ id: '1', files: small }], capabilities: { limits } });
    const atOnce = meeting(adapter, 'open');
    const archive = await (await sourceOf(adapter).archive(['1'])).result();
    const files = await unzip(await bytesOf((await archive.open()).body));
    expect([...files.entries()].map(([path, bytes]) => [path, String(bytes)])).toEqual(small.map(({ name, bytes }) => [name, String(bytes)]));
    expect(atOnce()).toBe(expected);
  });

  it('are looked up together, and folders are walked together', async () => {
    const adapter = createMemoryAdapter({ folders: small.map((one) => ({ id: `f${one.id}`, files: [one] })) });
    const source = sourceOf(adapter, { limiter: (run) => run() });
    const stats = meeting(adapter, 'stat');
    const byFile = await (await source.archive(small.map(({ id }) => `f${id}/${id}`))).result();
    expect([byFile.items.map(({ name }) => name), stats()]).toEqual([small.map(({ name }) => name), 30]);
    const lists = meeting(adapter, 'list');
    const byFolder = await (await source.archive(small.map(({ id }) => `f${id}`))).result();
    expect([byFolder.items.map(({ name }) => name), lists()]).toEqual([small.map(({ name }) => name), 30]);
  });

  it('are held to eight mebibytes before their turn, and those above two are opened in it', async () => {
    const sizes = [1, 1, 1, 1, 1, 1, 1, 1, 3, 1].map((mebibytes) => mebibytes * 2 ** 20);
    const adapter = createMemoryAdapter({ folders: [{ id: '1', files: sizes.map((size, index) => ({ id: String(index), name: `${index}.jpg`, bytes: Buffer.alloc(size) })) }] });
    const archive = await (await sourceOf(adapter).archive(['1'])).result();
    const { body } = await archive.open();
    for (let look = 0; look < 20; look += 1) await settle();
    const opened = (): number => adapter.calls.filter((call) => call.startsWith('open')).length;
    expect(opened()).toBe(8);
    let read = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      read += chunk.length;
      if (read < 7.5 * 2 ** 20) expect(opened()).toBeLessThanOrEqual(8);
    }
    expect(opened()).toBe(10);
  });

  it('are given up when the reader leaves, those that came before their turn too', async () => {
    const adapter = createMemoryAdapter({ folders: [{ id: '1', files: small }] });
    const bodies: Readable[] = [];
    adapter.onBody = (_file, bytes) => {
      const body = new Readable({ read: () => undefined });
      body.push(bytes.subarray(1));
      bodies.push(body);
      return body;
    };
    const { body } = await (await (await sourceOf(adapter).archive(['1'])).result()).open();
    await settle();
    body.destroy();
    await settle();
    expect(bodies.map((inner) => inner.destroyed)).toEqual(Array.from({ length: 8 }, () => true));
  });
});

describe('an archive that is opened and not read yet', () => {
  const adapterOf = (bytes: Buffer): SourceAdapter => createMemoryAdapter({ folders: [{ id: '1', files: [{ id: '2', name: 'a.txt', bytes }] }] });

  it('does not end the process when one of its files breaks, or its signal fires; whoever reads it then gets the error', async () => {
    const stop = new AbortController();
    const breaking = overlay(adapterOf(Buffer.from('hello')), {
      open: async () => ({ body: new Readable({ read() { this.destroy(new FileSourceError('corrupt', 'it broke')); } }), offset: 0, size: 5, totalSize: 5, mediaType: null, name: null, validator: null }),
    });
    const whole = adapterOf(randomBytes(1_000_000));
    for (const [adapter, kind] of [[breaking, 'corrupt'], [whole, 'aborted']] as const) {
      const archive = await (await sourceOf(adapter).archive(['1'])).result();
      const { body } = await archive.open({ signal: stop.signal });
      const closed = new Promise<void>((resolve) => {
        body.once('close', resolve);
      });
      await settle();
      if (adapter === whole) stop.abort();
      await closed;
      expect(body.errored).toMatchObject({ kind });
    }
  });
});

describe('names in an archive', () => {
  it('are one harmless segment each', () => {
    expect(['../../etc/passwd', 'a\\b:c*?.txt', '', '.', '..', 'x\u0000y', 'a\uD800.txt', ' ä ß '].map(safeSegment)).toEqual(['.._.._etc_passwd', 'a_b_c__.txt', '_', '_', '_', 'x_y', 'a_.txt', 'ä ß']);
  });

  it('are told apart also where only their case differs', () => {
    const spread = createPathSpreader();
    expect(['a.txt', 'A.TXT', 'a.txt', 'dir.v1/README', 'dir.v1/readme', '.env', '.env'].map(spread)).toEqual([
      'a.txt', 'A (1).TXT', 'a (2).txt', 'dir.v1/README', 'dir.v1/readme (1)', '.env', '.env (1)',
    ]);
  });

  it('are no longer than a file system takes, also where long ones had to be told apart', () => {
    const spread = createPathSpreader();
    const names = ['ä', 'b'].flatMap((letter) => ['.pdf', '', `.${'e'.repeat(40)}`].map((ending) => letter.repeat(300) + ending));
    const paths = names.flatMap((name) => [1, 2, 3].map((count) => spread(`folder/${safeSegment(`${name.slice(0, 299)}${count}${name.slice(300)}`)}`)));
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths.filter((path) => Buffer.byteLength(path) > 'folder/'.length + 255)).toEqual([]);
  });

  it('are told apart in time that grows with their number alone: the square of it would take hours here', () => {
    const spread = createPathSpreader();
    const paths = Array.from({ length: 200_000 }, () => spread('Grundriss.pdf'));
    expect(new Set(paths).size).toBe(200_000);
    expect(paths.at(-1)).toBe('Grundriss (199999).pdf');
  });
});
