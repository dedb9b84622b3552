import assert from 'node:assert/strict';
import type { Archive, ArchiveOptions, FileSource, Ref, RefLike } from '@filesource/core';
import type { ConformanceArea, ConformanceCase } from './conformance-case.ts';
import { eventually, firstChunk, listFiles, refOf, sha256, sorted } from './reading.ts';
import { readArchive, type ReadEntry } from './read-archive.ts';
import type { Stage } from './stage.ts';
import type { KnownFile, KnownFolder } from './world.ts';

async function make(source: FileSource, refs: readonly RefLike[], options?: ArchiveOptions): Promise<{ readonly archive: Archive; readonly files: readonly ReadEntry[] }> {
  const archive = await (await source.archive(refs, options)).result();
  const { files } = await readArchive(await archive.open());
  return { archive, files };
}

function filesBelow(folder: KnownFolder): KnownFile[] {
  return [...folder.files, ...(folder.folders ?? []).flatMap(filesBelow)];
}

function keyOf(ref: Ref): string {
  return JSON.stringify([ref.folder, ref.file]);
}

/** The archive holds these files and no others, and its items name each of them once. */
function holdsExactly({ archive, files }: Awaited<ReturnType<typeof make>>, expected: readonly KnownFile[]): void {
  assert.deepEqual(sorted(files.map(({ bytes }) => sha256(bytes))), sorted(expected.map(({ bytes }) => sha256(bytes))), 'the archive must hold the bytes of every file, once');
  assert.deepEqual(sorted(archive.items.map(({ ref }) => keyOf(ref))), sorted(expected.map((file) => keyOf(refOf(file)))), 'the items must name every file, once');
  for (const item of archive.items) {
    const file = expected.find((known) => keyOf(refOf(known)) === keyOf(item.ref));
    assert.equal(item.error, undefined);
    assert.equal(item.name, file?.name);
    assert(item.size === null || item.size === file?.bytes.length, `${item.name}: ${item.size} bytes`);
  }
  assert.equal(archive.warning, null);
}

const selections: readonly ConformanceCase[] = [
  {
    title: 'of one file holds its bytes',
    run: async ({ source, sizeable }) => holdsExactly(await make(source, [refOf(sizeable)]), [sizeable]),
  },
  {
    title: 'of several files holds the bytes of each',
    run: async ({ source, world }) => holdsExactly(await make(source, world.documents.files.map(refOf)), world.documents.files),
  },
  {
    title: 'of a folder holds every file in it',
    run: async ({ source, world }) => holdsExactly(await make(source, [world.documents.id]), world.documents.files),
  },
  {
    title: 'of a folder of several pages holds every file in it',
    run: async ({ source, world }) => holdsExactly(await make(source, [world.many.id]), world.many.files),
  },
  {
    title: 'of several folders holds every file in each',
    run: async ({ source, world }) => holdsExactly(await make(source, [world.documents.id, world.full.id]), [...world.documents.files, ...world.full.files]),
  },
  {
    title: 'of files and folders together holds them all',
    run: async (stage) => {
      const { source, world } = stage;
      holdsExactly(await make(source, [refOf(stage.sizeable), world.full.id, refOf(stage.emptyFile)]), [stage.sizeable, stage.emptyFile, ...world.full.files]);
    },
  },
  {
    title: 'of a folder with folders inside holds what is in them too',
    needs: ['nested'],
    run: async (stage) => holdsExactly(await make(stage.source, [stage.place('nested').id]), filesBelow(stage.place('nested'))),
  },
  {
    title: 'of what is named twice holds it once',
    run: async (stage) => {
      const file = stage.sizeable;
      holdsExactly(await make(stage.source, [refOf(file), stage.ref(refOf(file)), { folder: file.folder, file: file.id }]), [file]);
      holdsExactly(await make(stage.source, [stage.world.full.id, stage.world.full.id]), stage.world.full.files);
    },
  },
  {
    title: 'of an empty folder beside files holds the files',
    run: async (stage) => holdsExactly(await make(stage.source, [stage.world.empty.id, refOf(stage.sizeable)]), [stage.sizeable]),
  },
  {
    title: 'takes the entries of a listing',
    when: { list: 'supported' },
    run: async ({ source, world }) => holdsExactly(await make(source, await listFiles(source, world.documents.id)), world.documents.files),
  },
  {
    title: 'holds both of two files of one name',
    needs: ['twins'],
    run: async (stage) => {
      const twins = stage.place('twins');
      const made = await make(stage.source, twins.files.map(refOf));
      holdsExactly(made, twins.files);
      assert.equal(new Set(made.files.map(({ path }) => path)).size, twins.files.length);
    },
  },
];

const refusals: readonly ConformanceCase[] = [
  {
    title: 'of nothing is refused',
    run: async (stage) => {
      await stage.fails('invalid-argument', () => stage.source.archive([]), { operation: 'archive' });
    },
  },
  {
    title: 'of a file that is not there fails as not-found',
    run: async (stage) => {
      await stage.fails('not-found', async () => make(stage.source, [stage.world.missingFile]), { operation: 'archive' });
    },
  },
  {
    title: 'never leaves out silently what is not there: it fails by name, or an item says so',
    run: async (stage) => {
      const { missingFile } = stage.world;
      for (const onItemError of ['fail', 'skip'] as const) {
        let made;
        try {
          made = await make(stage.source, [refOf(stage.sizeable), missingFile], { onItemError });
        } catch (error) {
          assert.equal(onItemError, 'fail', `what can be had is not delivered although "skip" was asked for: ${String(error)}`);
          stage.checkError(error, ['not-found'], { operation: 'archive', ref: missingFile });
          continue;
        }
        const item = made.archive.items.find(({ ref }) => keyOf(ref) === keyOf(missingFile));
        assert(item !== undefined, 'no item stands for the file that is not there');
        if (made.files.length < 2) assert.equal(item.error?.kind, 'not-found');
        assert.deepEqual(made.files.map(({ bytes }) => sha256(bytes)), [sha256(stage.sizeable.bytes)]);
      }
    },
  },
  {
    title: 'of a folder that is not there fails as not-found',
    needs: ['missingFolder'],
    run: async (stage) => {
      await stage.fails('not-found', async () => make(stage.source, [stage.place('missingFolder')]), { operation: 'archive' });
    },
  },
  {
    title: 'converts no file that is not among those asked for',
    when: { archiveConvert: 'supported' },
    run: async (stage) => {
      await stage.fails('invalid-argument', () => stage.source.archive([refOf(stage.sizeable)], { convert: { 'somebody else': '.pdf' } }), { operation: 'archive' });
    },
  },
];

const facts: readonly ConformanceCase[] = [
  {
    title: 'has a name, a format and items to compare it with',
    run: async (stage) => {
      const archive = await (await stage.source.archive([stage.world.documents.id])).result();
      assert(archive.name.trim().length > 0 && !/[/\\]/.test(archive.name), archive.name);
      const { body, format } = await archive.open();
      body.destroy();
      assert(['zip', 'tar.gz', 'single'].includes(format));
    },
  },
  {
    title: 'says of each item where it stands, and there it stands',
    run: async ({ source, world }) => {
      const { archive, files } = await make(source, [world.documents.id]);
      const paths = new Map(files.map(({ path, bytes }) => [path.normalize(), bytes]));
      for (const { ref, path } of archive.items) {
        const file = world.documents.files.find(({ id }) => id === ref.file);
        assert(path !== null, `no path is told for ${file?.name}`);
        assert.equal(sha256(paths.get(path.normalize()) ?? Buffer.from('nothing')), sha256(file?.bytes ?? Buffer.alloc(0)), `${path} is not in the archive: ${[...paths.keys()].join(', ')}`);
      }
    },
  },
  {
    title: 'whose items may follow has them all once they are listed',
    run: async ({ source, world }) => {
      const archive = await (await source.archive([world.many.id], { itemsMayFollow: true })).result();
      const first = [...archive.items];
      await archive.itemsListed;
      assert.deepEqual(archive.items.slice(0, first.length), first, 'an item that is told stays as it is');
      holdsExactly({ archive, files: (await readArchive(await archive.open())).files }, world.many.files);
    },
  },
  {
    title: 'can be opened twice, and holds the same',
    run: async ({ source, world }) => {
      const archive = await (await source.archive([world.documents.id])).result();
      const hashes = [];
      for (let time = 0; time < 2; time += 1) hashes.push(sorted((await readArchive(await archive.open())).files.map(({ bytes }) => sha256(bytes))));
      assert.deepEqual(hashes[0], hashes[1]);
    },
  },
  {
    title: 'that is abandoned half-way closes the vendor\'s connection',
    needs: ['openConnections', 'large'],
    run: async (stage) => {
      const archive = await (await stage.source.archive([refOf(stage.place('large')), refOf(stage.sizeable)])).result();
      const { body } = await archive.open();
      await firstChunk(body);
      body.destroy();
      const open = stage.control('openConnections');
      await eventually(`${open()} connections are still open`, () => open() === 0);
    },
  },
  {
    title: 'that is abandoned before its first byte leaves its source usable',
    run: async ({ source, sizeable }) => {
      const archive = await (await source.archive([refOf(sizeable)])).result();
      (await archive.open()).body.destroy();
      holdsExactly(await make(source, [refOf(sizeable)]), [sizeable]);
    },
  },
  {
    title: 'made twice at the same time is two archives',
    run: async ({ source, world, sizeable }) => {
      const [one, two] = await Promise.all([make(source, [refOf(sizeable)]), make(source, [world.full.id])]);
      holdsExactly(one, [sizeable]);
      holdsExactly(two, world.full.files);
    },
  },
  {
    title: 'fetches nothing of the files before it is read, where it is made here',
    when: { archive: 'emulated' },
    needs: ['bytesServed'],
    run: async (stage) => {
      const before = stage.control('bytesServed')();
      await (await stage.source.archive([stage.world.documents.id])).result();
      const served = stage.control('bytesServed')() - before;
      assert(served < stage.sizeable.bytes.length / 4, `${served} bytes were sent for an archive that nobody reads`);
    },
  },
  {
    title: 'holds a converted file under its new ending',
    when: { archiveConvert: 'supported' },
    needs: ['convertible'],
    run: async (stage) => {
      const { file, ending } = stage.place('convertible');
      const { archive, files } = await make(stage.source, [file], { convert: { [file.file]: ending } });
      assert.equal(files.length, 1);
      assert(files[0]?.path.toLowerCase().endsWith(ending.toLowerCase()), `${files[0]?.path} does not end in ${ending}`);
      assert.deepEqual(archive.items.map(({ ref, size }) => [keyOf(ref), size]), [[keyOf(file), null]]);
    },
  },
];

export const archiveCases: ConformanceArea = { area: 'an archive', when: { archive: 'supported' }, cases: [...selections, ...refusals, ...facts] };

/** The archive of one folder, for cases about the operation and not about what comes of it. */
export async function beginArchive(stage: Stage): ReturnType<FileSource['archive']> {
  return stage.source.archive([stage.world.documents.id]);
}
