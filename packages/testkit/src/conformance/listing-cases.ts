import assert from 'node:assert/strict';
import { isDate } from 'node:util/types';
import { resolveRef } from '@filesource/core';
import type { ConformanceArea } from './conformance-case.ts';
import { collect, listFiles, refOf, sameEntries } from './reading.ts';

export const listingCases: ConformanceArea = {
  area: 'a listing',
  when: { list: 'supported' },
  cases: [
    {
      title: 'gives every entry of a folder exactly once',
      run: async ({ source, world }) => sameEntries(await collect(source.list(world.documents.id)), world.documents),
    },
    {
      title: 'gives nothing for an empty folder',
      run: async ({ source, world }) => assert.deepEqual(await collect(source.list(world.empty.id)), []),
    },
    {
      title: 'tells of each file its name, folder and size',
      run: async ({ source, world }) => {
        const known = new Map(world.documents.files.map((file) => [file.id, file]));
        for (const entry of await listFiles(source, world.documents.id)) {
          const file = known.get(entry.id);
          assert.equal(entry.name, file?.name);
          assert.equal(entry.folder, world.documents.id);
          assert(entry.size === null || entry.size === file?.bytes.length, `${entry.name} has ${file?.bytes.length} bytes, and ${entry.size} are told`);
        }
      },
    },
    {
      title: 'tells a date that has been, or none',
      run: async ({ source, world }) => {
        for (const { name, modified } of await collect(source.list(world.documents.id))) {
          if (modified === null) continue;
          assert(isDate(modified) && !Number.isNaN(modified.getTime()), name);
          assert(modified.getUTCFullYear() > 1970 && modified.getTime() < Date.now() + 24 * 3_600_000, `${name} is of ${modified.toISOString()}`);
        }
      },
    },
    {
      title: 'tells a media type that is one, or none',
      run: async ({ source, world }) => {
        for (const entry of await listFiles(source, world.documents.id)) assert(entry.mediaType === null || /^[\w.+-]+\/[\w.+-]+/.test(entry.mediaType), `${entry.name}: ${entry.mediaType}`);
      },
    },
    {
      title: 'gives refs that lead back to folder and id',
      run: async ({ source, world }) => {
        for (const entry of await listFiles(source, world.documents.id)) assert.deepEqual(resolveRef(source.name, entry.ref), { folder: world.documents.id, file: entry.id });
      },
    },
    {
      title: 'can be read twice, and gives the same in the same order',
      run: async ({ source, world }) => {
        const listing = source.list(world.documents.id);
        const ids = async (): Promise<string[]> => (await collect(listing)).map(({ id }) => id);
        assert.deepEqual(await ids(), await ids());
      },
    },
    {
      title: 'asks for nothing before it is read',
      needs: ['requestCount'],
      run: async (stage) => {
        const before = stage.control('requestCount')();
        stage.source.list(stage.world.documents.id);
        stage.source.list(stage.world.documents.id).byPage();
        assert.equal(stage.control('requestCount')(), before);
      },
    },
    {
      title: 'asks for no further page when its reader stops',
      needs: ['requestCount'],
      run: async (stage) => {
        const { source, world } = stage;
        await collect(source.list(world.empty.id));
        const before = stage.control('requestCount')();
        for await (const entry of source.list(world.many.id, { pageSize: world.pageSize })) if (entry.id !== '') break;
        assert(stage.control('requestCount')() - before <= 2, `${stage.control('requestCount')() - before} requests for one entry`);
      },
    },
    {
      title: 'of many folders at once keeps them apart',
      run: async ({ source, world }) => {
        const folders = Array.from({ length: 24 }, (_, index) => [world.documents, world.full, world.empty, world.many][index % 4] ?? world.empty);
        const listings = await Promise.all(folders.map(({ id }) => collect(source.list(id, { pageSize: world.pageSize }))));
        for (const [index, folder] of folders.entries()) sameEntries(listings[index] ?? [], folder);
      },
    },
    {
      title: 'shows folders as folders, and not what is inside of them',
      needs: ['nested'],
      run: async (stage) => {
        const nested = stage.place('nested');
        const entries = await collect(stage.source.list(nested.id));
        sameEntries(entries, nested);
        const shown = entries.flatMap((entry) => (entry.kind === 'folder' ? [entry.id] : [])).sort();
        assert.deepEqual(shown, (nested.folders ?? []).map(({ id }) => id).sort());
      },
    },
    {
      title: 'goes on into the folders that it shows',
      needs: ['nested'],
      run: async (stage) => {
        for (const entry of await collect(stage.source.list(stage.place('nested').id))) {
          const known = stage.place('nested').folders?.find(({ id }) => id === entry.id);
          if (entry.kind === 'folder' && known !== undefined) sameEntries(await collect(stage.source.list(entry)), known);
        }
      },
    },
    {
      title: 'of a folder that is not there fails as not-found',
      needs: ['missingFolder'],
      run: async (stage) => {
        const folder = stage.place('missingFolder');
        const error = await stage.fails('not-found', () => collect(stage.source.list(folder)), { operation: 'list', ref: { folder } });
        assert.equal(error.status, 'permanent');
      },
    },
    {
      title: 'of a file is refused',
      run: async (stage) => {
        await stage.fails('invalid-argument', () => collect(stage.source.list(refOf(stage.sizeable))), { ref: refOf(stage.sizeable) });
      },
    },
    {
      title: 'follows when a file comes or goes',
      needs: ['plantFolder', 'addFile', 'removeFile'],
      run: async (stage) => {
        const folder = await stage.control('plantFolder')([{ name: 'eins.txt', bytes: Buffer.from('1') }]);
        sameEntries(await collect(stage.source.list(folder.id)), folder);
        const added = await stage.control('addFile')(folder.id, { name: 'zwei.txt', bytes: Buffer.from('2') });
        sameEntries(await collect(stage.source.list(folder.id)), { ...folder, files: [...folder.files, added] });
        for (const file of folder.files) await stage.control('removeFile')(refOf(file));
        sameEntries(await collect(stage.source.list(folder.id)), { ...folder, files: [added] });
      },
    },
  ],
};
