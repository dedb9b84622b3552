import assert from 'node:assert/strict';
import type { SourceEntry } from '@filesource/core';
import type { ConformanceArea } from './conformance-case.ts';
import { collect, listFiles, refOf } from './reading.ts';

/** What a stat and a listing must tell alike; a folder's count may be known to one of them only. */
function facts(entry: SourceEntry): unknown {
  return entry.kind === 'file' ? entry : { kind: entry.kind, ref: entry.ref, id: entry.id, name: entry.name };
}

export const statCases: ConformanceArea = {
  area: 'stat',
  when: { stat: 'supported' },
  cases: [
    {
      title: 'tells of every file what the listing tells',
      run: async ({ source, world }) => {
        for (const entry of await listFiles(source, world.documents.id)) assert.deepEqual(facts(await source.stat(entry)), facts(entry));
      },
    },
    {
      title: 'tells of a file far down in a long listing what the listing tells',
      run: async ({ source, world }) => {
        const entries = await listFiles(source, world.many.id);
        for (const entry of [entries[0], entries.at(Math.floor(entries.length / 2)), entries.at(-1)]) {
          if (entry !== undefined) assert.deepEqual(facts(await source.stat(entry)), facts(entry));
        }
      },
    },
    {
      title: 'tells name, size and folder of a file',
      run: async ({ source, world }) => {
        for (const file of world.documents.files) {
          const entry = await source.stat(refOf(file));
          assert(entry.kind === 'file');
          assert.deepEqual({ id: entry.id, folder: entry.folder, name: entry.name }, { id: file.id, folder: file.folder, name: file.name });
          assert(entry.size === null || entry.size === file.bytes.length);
        }
      },
    },
    {
      title: 'tells of an empty file that it has no bytes, and not that its size is unknown',
      run: async (stage) => {
        const entry = await stage.source.stat(refOf(stage.emptyFile));
        const other = await stage.source.stat(refOf(stage.sizeable));
        assert(entry.kind === 'file' && other.kind === 'file');
        if (other.size !== null) assert.equal(entry.size, 0);
      },
    },
    {
      title: 'tells of a folder that it is one, with its id and a name',
      run: async ({ source, world }) => {
        for (const folder of [world.documents, world.empty]) {
          const entry = await source.stat(folder.id);
          assert.equal(entry.kind, 'folder');
          assert.equal(entry.id, folder.id);
          assert(entry.name.length > 0);
          if (folder.name !== undefined) assert.equal(entry.name, folder.name);
        }
      },
    },
    {
      title: 'tells how many entries a folder has, or nothing',
      run: async ({ source, world }) => {
        for (const folder of [world.documents, world.empty, world.many]) {
          const entry = await source.stat(folder.id);
          assert(entry.kind === 'folder');
          if (entry.entryCount !== null) assert.equal(entry.entryCount, folder.files.length + (folder.folders?.length ?? 0));
        }
      },
    },
    {
      title: 'tells of a folder inside of another what the listing tells',
      needs: ['nested'],
      run: async (stage) => {
        for (const entry of await collect(stage.source.list(stage.place('nested').id))) {
          if (entry.kind === 'folder') assert.deepEqual(facts(await stage.source.stat(entry)), facts(entry));
        }
      },
    },
    {
      title: 'of a file that is not there fails as not-found',
      run: async (stage) => {
        const error = await stage.fails('not-found', () => stage.source.stat(stage.world.missingFile), { operation: 'stat', ref: stage.world.missingFile });
        assert.equal(error.status, 'permanent');
      },
    },
    {
      title: 'of a file of another folder fails as not-found',
      run: async (stage) => {
        await stage.fails('not-found', () => stage.source.stat(stage.world.elsewhere), { operation: 'stat', ref: stage.world.elsewhere });
      },
    },
    {
      title: 'of a folder that is not there fails as not-found',
      needs: ['missingFolder'],
      run: async (stage) => {
        const folder = stage.place('missingFolder');
        await stage.fails('not-found', () => stage.source.stat(folder), { operation: 'stat', ref: { folder } });
      },
    },
    {
      title: 'of many files at once answers each caller with its own',
      run: async ({ source, world }) => {
        const files = [...world.many.files, ...world.documents.files];
        const entries = await Promise.all(files.map((file) => source.stat(refOf(file))));
        assert.deepEqual(entries.map(({ id, name }) => [id, name]), files.map(({ id, name }) => [id, name]));
      },
    },
    {
      title: 'that fails among many leaves the others alone',
      run: async (stage) => {
        const { source, world } = stage;
        const asked = [...world.documents.files.map(refOf), world.missingFile, ...world.documents.files.map(refOf), world.elsewhere];
        const answers = await Promise.allSettled(asked.map((ref) => source.stat(ref)));
        for (const [index, answer] of answers.entries()) {
          const ref = asked[index];
          if (answer.status === 'fulfilled') assert.equal(answer.value.id, ref?.file);
          else {
            assert(ref === world.missingFile || ref === world.elsewhere, `the stat of ${JSON.stringify(ref)} failed: ${String(answer.reason)}`);
            stage.checkError(answer.reason, ['not-found'], { ref });
          }
        }
        assert.equal(answers.filter(({ status }) => status === 'rejected').length, 2);
      },
    },
    {
      title: 'follows when a file gets other bytes',
      needs: ['plantFolder', 'replaceFile'],
      run: async (stage) => {
        const folder = await stage.control('plantFolder')([{ name: 'wächst.txt', bytes: Buffer.from('kurz') }]);
        for (const file of folder.files) {
          const before = await stage.source.stat(refOf(file));
          await stage.control('replaceFile')(refOf(file), Buffer.from('viel länger als vorher'));
          const after = await stage.source.stat(refOf(file));
          assert(before.kind === 'file' && after.kind === 'file');
          if (after.size !== null) assert.equal(after.size, Buffer.byteLength('viel länger als vorher'));
          if (before.validator !== null && after.validator !== null) assert.notEqual(after.validator, before.validator);
        }
      },
    },
  ],
};
