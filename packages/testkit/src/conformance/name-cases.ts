import assert from 'node:assert/strict';
import type { ConformanceArea } from './conformance-case.ts';
import { bytesOf, collect, listFiles, readWhole, refOf, sameBytes, sorted } from './reading.ts';
import { readArchive } from './read-archive.ts';

const controls = /\p{Cc}/u;

export const nameCases: ConformanceArea = {
  area: 'names',
  when: { list: 'supported' },
  cases: [
    {
      title: 'of German files are as the vendor has them, letter by letter',
      run: async ({ source, world }) => {
        const names = (await listFiles(source, world.documents.id)).map(({ name }) => name);
        assert.deepEqual(sorted(names), sorted(world.documents.files.map(({ name }) => name)));
        assert(names.some((name) => /[äöüÄÖÜß]/.test(name)), 'the folder "documents" of the world needs a German name');
      },
    },
    {
      title: 'that mean harm are told as they are',
      needs: ['hostile'],
      run: async (stage) => {
        const hostile = stage.place('hostile');
        const names = (await listFiles(stage.source, hostile.id)).map(({ name }) => name);
        assert.deepEqual(sorted(names), sorted(hostile.files.map(({ name }) => name)));
      },
    },
    {
      title: 'that mean harm do no harm to refs',
      needs: ['hostile'],
      run: async (stage) => {
        for (const entry of await listFiles(stage.source, stage.place('hostile').id)) {
          assert(!controls.test(entry.ref), `a control character in ${JSON.stringify(entry.ref)}`);
          assert.equal((await stage.source.stat(entry.ref)).name, entry.name);
        }
      },
    },
    {
      title: 'that mean harm do no harm to what is opened',
      needs: ['hostile'],
      when: { open: 'supported' },
      run: async (stage) => {
        for (const file of stage.place('hostile').files) {
          const content = await stage.source.open(refOf(file));
          sameBytes(await bytesOf(content.body), file.bytes, JSON.stringify(file.name));
        }
      },
    },
    {
      title: 'that mean harm are harmless in an archive that is made here',
      needs: ['hostile'],
      when: { archive: 'emulated' },
      run: async (stage) => {
        const hostile = stage.place('hostile');
        const archive = await (await stage.source.archive([hostile.id])).result();
        const { files } = await readArchive(await archive.open());
        assert.equal(files.length, hostile.files.length);
        for (const { path } of files) {
          assert(!controls.test(path) && !/^[/\\]|[\\:]/.test(path), JSON.stringify(path));
          assert(!path.split('/').some((segment) => segment === '' || segment === '.' || segment === '..'), JSON.stringify(path));
        }
      },
    },
    {
      title: 'need not differ: two files of one name are two files',
      needs: ['twins'],
      run: async (stage) => {
        const twins = stage.place('twins');
        const entries = await listFiles(stage.source, twins.id);
        assert.deepEqual(sorted(entries.map(({ id }) => id)), sorted(twins.files.map(({ id }) => id)));
        assert.equal(new Set(entries.map(({ ref }) => ref)).size, entries.length);
      },
    },
    {
      title: 'need not differ: each of two files of one name has its own bytes',
      needs: ['twins'],
      when: { open: 'supported' },
      run: async (stage) => {
        for (const file of stage.place('twins').files) sameBytes(await readWhole(stage.source, refOf(file)), file.bytes, file.id);
      },
    },
    {
      title: 'of folders are told where the vendor has them',
      needs: ['nested'],
      run: async (stage) => {
        for (const folder of stage.place('nested').folders ?? []) {
          if (folder.name === undefined) continue;
          const entries = await collect(stage.source.list(stage.place('nested').id));
          assert.equal(entries.find(({ kind, id }) => kind === 'folder' && id === folder.id)?.name, folder.name);
        }
      },
    },
  ],
};
