import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import type { ConformanceArea } from './conformance-case.ts';
import { bytesOf, listFiles, readWhole, refOf, sameBytes } from './reading.ts';

export const openCases: ConformanceArea = {
  area: 'open',
  when: { open: 'supported' },
  cases: [
    {
      title: 'gives the bytes of every kind of file',
      run: async ({ source, world }) => {
        for (const file of world.documents.files) sameBytes(await readWhole(source, refOf(file)), file.bytes, file.name);
      },
    },
    {
      title: 'gives an empty file as a body that ends at once',
      run: async (stage) => {
        const content = await stage.source.open(refOf(stage.emptyFile));
        assert(content.size === 0 || content.size === null);
        assert.equal((await bytesOf(content.body)).length, 0);
      },
    },
    {
      title: 'gives a large file whole',
      needs: ['large'],
      run: async (stage) => {
        const large = stage.place('large');
        assert(large.bytes.length >= 3 * 1024 * 1024, 'the large file of the world needs 3 MiB');
        sameBytes(await readWhole(stage.source, refOf(large)), large.bytes, large.name);
      },
    },
    {
      title: 'announces what it gives: from the start, all of it',
      run: async ({ source, world }) => {
        for (const file of world.documents.files) {
          const { body, offset, size, totalSize } = await source.open(refOf(file));
          body.destroy();
          assert.equal(offset, 0);
          for (const announced of [size, totalSize]) assert(announced === null || announced === file.bytes.length, `${file.name}: ${announced} bytes are announced`);
        }
      },
    },
    {
      title: 'agrees with the listing about name, size and media type, or says nothing',
      when: { list: 'supported' },
      run: async ({ source, world }) => {
        for (const entry of await listFiles(source, world.documents.id)) {
          const { body, name, totalSize, mediaType } = await source.open(entry);
          body.destroy();
          assert(name === null || name === entry.name, `${entry.name}: open calls it ${JSON.stringify(name)}`);
          assert(totalSize === null || entry.size === null || totalSize === entry.size, `${entry.name}: ${totalSize} and ${entry.size} bytes`);
          const essence = (type: string): string | undefined => type.split(';')[0]?.trim().toLowerCase();
          if (mediaType !== null && entry.mediaType !== null) assert.equal(essence(mediaType), essence(entry.mediaType), entry.name);
        }
      },
    },
    {
      title: 'tells the same validator as long as nothing changes',
      run: async (stage) => {
        const validators = [];
        for (let time = 0; time < 3; time += 1) {
          const { body, validator } = await stage.source.open(refOf(stage.sizeable));
          body.destroy();
          validators.push(validator);
        }
        assert.equal(new Set(validators).size, 1, String(validators));
      },
    },
    {
      title: 'gives the new bytes, under another validator, when a file was replaced',
      needs: ['plantFolder', 'replaceFile'],
      run: async (stage) => {
        const [file] = (await stage.control('plantFolder')([{ name: 'Fassung.txt', bytes: Buffer.from('alte Fassung') }])).files;
        assert(file !== undefined);
        const before = await stage.source.open(refOf(file));
        sameBytes(await bytesOf(before.body), file.bytes, 'before');
        await stage.control('replaceFile')(refOf(file), Buffer.from('die neue Fassung'));
        const after = await stage.source.open(refOf(file));
        sameBytes(await bytesOf(after.body), Buffer.from('die neue Fassung'), 'after');
        if (before.validator !== null && after.validator !== null) assert.notEqual(after.validator, before.validator);
      },
    },
    {
      title: 'twice gives two bodies that do not share bytes',
      run: async (stage) => {
        const file = stage.sizeable;
        const [one, two] = await Promise.all([stage.source.open(refOf(file)), stage.source.open(refOf(file))]);
        one.body.destroy();
        sameBytes(await bytesOf(two.body), file.bytes, file.name);
      },
    },
    {
      title: 'loses nothing for a reader that is slow',
      run: async (stage) => {
        const file = stage.sizeable;
        const { body } = await stage.source.open(refOf(file));
        const chunks: Buffer[] = [];
        for await (const chunk of body as AsyncIterable<Buffer>) {
          chunks.push(chunk);
          for (let turns = 0; turns < 5; turns += 1) await turn();
        }
        sameBytes(Buffer.concat(chunks), file.bytes, file.name);
      },
    },
    {
      title: 'loses nothing for a reader that begins late',
      run: async (stage) => {
        const file = stage.sizeable;
        const { body } = await stage.source.open(refOf(file));
        for (let turns = 0; turns < 100; turns += 1) await turn();
        sameBytes(await bytesOf(body), file.bytes, file.name);
      },
    },
    {
      title: 'of a file that is not there fails as not-found',
      run: async (stage) => {
        const error = await stage.fails('not-found', () => stage.source.open(stage.world.missingFile), { operation: 'open', ref: stage.world.missingFile });
        assert.equal(error.status, 'permanent');
      },
    },
    {
      title: 'of a file of another folder fails as not-found',
      run: async (stage) => {
        await stage.fails('not-found', () => stage.source.open(stage.world.elsewhere), { operation: 'open', ref: stage.world.elsewhere });
      },
    },
    {
      title: 'of a folder is refused',
      run: async (stage) => {
        await stage.fails('invalid-argument', () => stage.source.open(stage.world.documents.id), { ref: { folder: stage.world.documents.id } });
      },
    },
    {
      title: 'of a file above the limit fails as too-large',
      needs: ['tooLarge'],
      run: async (stage) => {
        assert.notEqual(stage.source.capabilities.limits.maxContentBytes, null);
        await stage.fails('too-large', async () => readWhole(stage.source, stage.place('tooLarge')), { operation: 'open', ref: stage.place('tooLarge') });
      },
    },
  ],
};
