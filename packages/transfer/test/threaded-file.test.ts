import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { BlockPool, type Hashing } from '@filesource/core';
import { nodeHashing } from '@filesource/testkit';
import fc from 'fast-check';
import { PartFile } from '../src/local/part-file.ts';
import type { Piece } from '../src/local/piece-writer.ts';
import { ThreadedFile } from '../src/local/threaded-file.ts';
import { WriterThread } from '../src/local/writer-thread.ts';
import { sha256, temporaryDirectory } from './helpers.ts';

const mebibyte = 1024 * 1024;

/** Counts the blocks that came back, and the bytes in them. */
class Home extends BlockPool {
  readonly cameBack: number[] = [];

  override giveBack(block: ArrayBuffer): void {
    this.cameBack.push(block.byteLength);
  }
}

function home(): Home {
  return new Home({ blockBytes: 1, mostFree: 0 });
}

function ownPiece(bytes: Uint8Array, given: Home): Piece {
  const chunk = Buffer.allocUnsafeSlow(bytes.length + 5).subarray(0, bytes.length);
  chunk.set(bytes);
  return { chunk, home: given };
}

async function begin(file: Parameters<typeof ThreadedFile.begin>[0]): Promise<ThreadedFile> {
  const begun = await ThreadedFile.begin(file);
  if (begun === undefined) throw new Error('there is no thread');
  return begun;
}

describe('a file on a thread', () => {
  test('has all bytes in their order, whatever pieces they come in, and gives every block back', async () => {
    const directory = await temporaryDirectory();
    let files = 0;
    const piece = fc.record({ bytes: fc.uint8Array({ minLength: 1, maxLength: 3000 }), isOwn: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), fc.array(fc.array(piece, { minLength: 1, maxLength: 6 }), { maxLength: 12 }), async (before, groups) => {
        const path = join(directory, String((files += 1)));
        await writeFile(path, before);
        const handle = await open(path, 'r+');
        const given = home();
        const file = await begin({ fd: handle.fd, path, before: before.length });
        let position = before.length;
        for (const group of groups) {
          await file.add(group.map(({ bytes, isOwn }) => (isOwn ? ownPiece(bytes, given) : { chunk: Buffer.from(bytes), home: undefined })), position);
          position += group.reduce((sum, { bytes }) => sum + bytes.length, 0);
        }
        await file.idle();
        const whole = Buffer.concat([before, ...groups.flat().map(({ bytes }) => bytes)]);
        expect(await file.sha256()).toBe(sha256(whole));
        expect((await readFile(path)).equals(whole)).toBe(true);
        expect(given.cameBack).toEqual(groups.flat().filter(({ isOwn }) => isOwn).map(({ bytes }) => bytes.length + 5));
        file.close();
        await handle.close();
      }),
      { numRuns: 100 },
    );
  });

  test('stands beside others', async () => {
    const directory = await temporaryDirectory();
    const contents = Array.from({ length: 6 }, () => randomBytes(3 * mebibyte + 7));
    const found = await Promise.all(
      contents.map(async (content, index) => {
        const path = join(directory, String(index));
        const handle = await open(path, 'w');
        const file = await begin({ fd: handle.fd, path, before: 0 });
        for (let at = 0; at < content.length; at += 400_000) await file.add([{ chunk: content.subarray(at, at + 400_000), home: undefined }], at);
        const hash = await file.sha256();
        file.close();
        await handle.close();
        return { hash, isSame: (await readFile(path)).equals(content) };
      }),
    );
    expect(found).toEqual(contents.map((content) => ({ hash: sha256(content), isSame: true })));
  });

  test('holds no more than some pieces before it asks to wait', async () => {
    const path = join(await temporaryDirectory(), 'file');
    const handle = await open(path, 'w');
    const file = await begin({ fd: handle.fd, path, before: 0 });
    const waits = Array.from({ length: 16 }, (_, index) => file.add([{ chunk: Buffer.alloc(mebibyte), home: undefined }], index * mebibyte));
    expect(waits.map((wait) => wait instanceof Promise)).toEqual(waits.map((_, index) => index === 15));
    for (const wait of waits) await wait;
    await file.idle();
    file.close();
    await handle.close();
  });

  test('asks to wait the sooner the more files there are on its thread, and never before it has given some pieces away', () => {
    const joined = Array.from({ length: 100 }, () => WriterThread.join()).filter((one) => one !== undefined);
    const threads = [...new Set(joined.map(({ thread }) => thread))];
    expect(threads.map(({ mostRequests }) => mostRequests)).toEqual(threads.map(() => 4));
    const [kept] = joined;
    for (const { thread, id } of joined.slice(1)) thread.leave(id);
    expect(kept?.thread.mostRequests).toBe(16);
    kept?.thread.leave(kept.id);
  });

  test('fails as the file system does, takes nothing more, and still gives every block back', async () => {
    const path = join(await temporaryDirectory(), 'file');
    await writeFile(path, 'from before');
    const handle = await open(path, 'r');
    const given = home();
    const file = await begin({ fd: handle.fd, path, before: 0 });
    void file.add([ownPiece(Buffer.alloc(10), given)], 0)?.catch(() => undefined);
    void file.add([ownPiece(Buffer.alloc(10), given)], 10)?.catch(() => undefined);
    await expect(file.idle()).rejects.toMatchObject({ code: 'EBADF' });
    expect(given.cameBack).toEqual([15, 15]);
    await expect(file.add([ownPiece(Buffer.alloc(10), given)], 20)).rejects.toMatchObject({ code: 'EBADF' });
    await expect(file.sha256()).rejects.toMatchObject({ code: 'EBADF' });
    file.close();
    await handle.close();
    expect(await readFile(path, 'utf8')).toBe('from before');
  });

  test('refuses a piece that does not follow the one before it', async () => {
    const path = join(await temporaryDirectory(), 'file');
    const handle = await open(path, 'w');
    const file = await begin({ fd: handle.fd, path, before: 0 });
    await file.add([{ chunk: Buffer.alloc(10), home: undefined }], 0);
    void file.add([{ chunk: Buffer.alloc(10), home: undefined }], 11)?.catch(() => undefined);
    await expect(file.idle()).rejects.toMatchObject({ code: 'EIO' });
    file.close();
    await handle.close();
    expect(await readFile(path)).toHaveLength(10);
  });

  test('fails as a target when its thread dies, and the next file has another one', async () => {
    const path = join(await temporaryDirectory(), 'file');
    const handle = await open(path, 'w');
    const joined = WriterThread.join();
    if (joined === undefined) throw new Error('there is no thread');
    const { thread, id } = joined;
    await thread.ask({ id, fd: handle.fd, path, before: 0 });
    // More than there is: no failure of a file system.
    const impossible = { id, blocks: [{ block: new ArrayBuffer(1), length: 2 }], position: 0 };
    await expect(thread.ask(impossible)).rejects.toMatchObject({ kind: 'target-failed', status: 'permanent', message: 'the thread that writes files has ended' });
    await expect(thread.ask({ id, isEnd: true })).rejects.toMatchObject({ kind: 'target-failed' });
    thread.leave(id);
    const next = await begin({ fd: handle.fd, path, before: 0 });
    await next.add([{ chunk: Buffer.from('next'), home: undefined }], 0);
    expect(await next.sha256()).toBe(sha256('next'));
    next.close();
    await handle.close();
  });

  test('fails when what stood there before is not there any more', async () => {
    const path = join(await temporaryDirectory(), 'file');
    const handle = await open(path, 'w');
    await expect(begin({ fd: handle.fd, path, before: 10 })).rejects.toMatchObject({ code: 'EIO' });
    await handle.close();
  });
});

/** Writes down how many bytes were hashed on this thread. */
function countingHashing(isNodes: boolean): { readonly hashing: Hashing; hashed: number } {
  const counting = {
    hashed: 0,
    hashing: {
      ...nodeHashing,
      isNodes,
      sha256: () => {
        const hash = nodeHashing.sha256();
        return {
          update: (bytes: Uint8Array) => {
            counting.hashed += bytes.length;
            hash.update(bytes);
          },
          hex: () => hash.hex(),
        };
      },
    } satisfies Hashing,
  };
  return counting;
}

async function write(hashing: Hashing, bytes: Buffer, size: number | null): Promise<{ readonly part: PartFile; readonly finalPath: string }> {
  const directory = await temporaryDirectory();
  const finalPath = join(directory, 'whole');
  const part = new PartFile({ partPath: join(directory, 'part'), finalPath, shownPath: 'whole', hashing, size });
  for (let start = 0; start < bytes.length; start += 60_000) await part.write(bytes.subarray(start, start + 60_000));
  return { part, finalPath };
}

describe('a part', () => {
  const large = 11 * mebibyte + 5;
  test.each([
    { what: 'that is said to be large is hashed on a thread from its start', size: large, isNodes: true, most: 2 * mebibyte },
    { what: 'that turns out to be large goes on on a thread', size: null, isNodes: true, most: 9 * mebibyte },
    { what: 'is hashed here by a host that wants that', size: large, isNodes: false, most: large },
  ])('$what', async ({ size, isNodes, most }) => {
    const bytes = randomBytes(large);
    const counting = countingHashing(isNodes);
    const { part, finalPath } = await write(counting.hashing, bytes, size);
    await part.finish();
    expect(part.sha256).toBe(sha256(bytes));
    expect((await readFile(finalPath)).equals(bytes)).toBe(true);
    expect(counting.hashed).toBeLessThanOrEqual(most);
    expect(counting.hashed).toBeGreaterThan(isNodes ? 0 : large - 1);
  });

  test('that ends before what was announced has just what came', async () => {
    const bytes = randomBytes(3 * mebibyte);
    const { part, finalPath } = await write(countingHashing(true).hashing, bytes, large);
    await part.finish();
    expect(part.sha256).toBe(sha256(bytes));
    expect((await readFile(finalPath)).equals(bytes)).toBe(true);
  });

  test('that is carried on is hashed from its start', async () => {
    const bytes = randomBytes(large);
    const directory = await temporaryDirectory();
    const options = { partPath: join(directory, 'part'), finalPath: join(directory, 'whole'), shownPath: 'whole', hashing: countingHashing(true).hashing, size: large };
    const first = new PartFile(options);
    await first.write(bytes.subarray(0, 5 * mebibyte));
    expect(await first.suspend()).toBe(5 * mebibyte);
    const hash = nodeHashing.sha256();
    hash.update(bytes.subarray(0, 5 * mebibyte));
    const second = new PartFile({ ...options, resume: { bytes: 5 * mebibyte, hash } });
    for (let start = 5 * mebibyte; start < large; start += 500_000) await second.write(bytes.subarray(start, start + 500_000));
    await second.finish();
    expect(second.sha256).toBe(sha256(bytes));
    expect((await readFile(options.finalPath)).equals(bytes)).toBe(true);
  });

  test('of which much is there already is hashed on from what an earlier run left', async () => {
    const [before, rest] = [65 * mebibyte, randomBytes(2 * mebibyte)];
    const directory = await temporaryDirectory();
    const partPath = join(directory, 'part');
    await writeFile(partPath, Buffer.alloc(before));
    const counting = countingHashing(true);
    const hash = counting.hashing.sha256();
    hash.update(Buffer.alloc(before));
    const part = new PartFile({ partPath, finalPath: join(directory, 'whole'), shownPath: 'whole', hashing: counting.hashing, size: before + rest.length, resume: { bytes: before, hash } });
    await part.write(rest);
    await part.finish();
    expect(part.sha256).toBe(sha256(Buffer.concat([Buffer.alloc(before), rest])));
    expect(counting.hashed).toBe(before + rest.length);
  });

  test('tells at a checkpoint what is safe, while more of it comes', async () => {
    const bytes = randomBytes(large);
    const { part, finalPath } = await write(countingHashing(true).hashing, bytes.subarray(0, 9_000_000), large);
    const safe = part.checkpoint();
    const more = part.write(bytes.subarray(9_000_000));
    expect(await safe).toBe(9_000_000);
    await more;
    await part.finish();
    expect((await readFile(finalPath)).equals(bytes)).toBe(true);
    expect(part.sha256).toBe(sha256(bytes));
  });

  test('has all bytes in their order, however checkpoints fall between them', async () => {
    const pieceBytes = fc.integer({ min: 1, max: 900_000 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ bytes: pieceBytes, hasCheckpoint: fc.boolean() }), { minLength: 10, maxLength: 40 }), fc.boolean(), async (pieces, isAnnounced) => {
        const bytes = randomBytes(pieces.reduce((sum, piece) => sum + piece.bytes, 0));
        const { part, finalPath } = await write(countingHashing(true).hashing, Buffer.alloc(0), isAnnounced ? Math.max(bytes.length, large) : null);
        const checkpoints: Promise<boolean>[] = [];
        let at = 0;
        for (const piece of pieces) {
          const taken = at;
          if (piece.hasCheckpoint) checkpoints.push(part.checkpoint().then((safe) => safe === taken));
          await part.write(bytes.subarray(at, at + piece.bytes));
          at += piece.bytes;
        }
        expect(await Promise.all(checkpoints)).not.toContain(false);
        await part.finish();
        expect(part.sha256).toBe(sha256(bytes));
        expect((await readFile(finalPath)).equals(bytes)).toBe(true);
      }),
      { numRuns: 12 },
    );
  });

  test('that could not be forced to the disk once is never told to be safe', async () => {
    const { part } = await write(countingHashing(true).hashing, randomBytes(9 * mebibyte), large);
    const probe = await open(join(await temporaryDirectory(), 'probe'), 'w');
    const handles = Object.getPrototypeOf(probe) as { sync: () => Promise<void> };
    await probe.close();
    const { sync } = handles;
    handles.sync = () => Promise.reject(Object.assign(new Error('write-back failed'), { code: 'EIO' }));
    await expect(part.checkpoint()).rejects.toMatchObject({ kind: 'target-failed' });
    handles.sync = sync;
    await expect(part.checkpoint()).rejects.toMatchObject({ kind: 'target-failed' });
    await expect(part.finish()).rejects.toMatchObject({ kind: 'target-failed' });
    expect(await part.suspend()).toBe(0);
  });

  test('that is given up while its first bytes are on their way leaves no file, and none open where the system tells', async () => {
    const directory = await temporaryDirectory();
    const part = new PartFile({ partPath: join(directory, 'part'), finalPath: join(directory, 'whole'), shownPath: 'whole', hashing: countingHashing(true).hashing, size: large });
    const taken = part.take(Buffer.alloc(2 * mebibyte));
    await part.discard();
    await taken;
    const open = await readdir('/proc/self/fd').then((fds) => Promise.all(fds.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''))), () => []);
    expect(open.filter((path) => path.startsWith(directory))).toEqual([]);
    expect(await readdir(directory)).toEqual([]);
  });

  test('that is given up leaves nothing', async () => {
    const { part, finalPath } = await write(countingHashing(true).hashing, randomBytes(9 * mebibyte), large);
    await part.discard();
    await expect(readFile(finalPath)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
