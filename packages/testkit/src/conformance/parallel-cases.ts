import assert from 'node:assert/strict';
import type { ConformanceArea } from './conformance-case.ts';
import { collect, readWhole, refOf, sameBytes, sameEntries } from './reading.ts';

const readers = Array.from({ length: 50 }, (_, index) => index);

export const parallelCases: ConformanceArea = {
  area: 'fifty readers at once',
  when: { open: 'supported' },
  cases: [
    {
      title: 'of one file get all of its bytes each',
      run: async (stage) => {
        const bodies = await Promise.all(readers.map(() => readWhole(stage.source, refOf(stage.sizeable))));
        for (const bytes of bodies) sameBytes(bytes, stage.sizeable.bytes, stage.sizeable.name);
      },
    },
    {
      title: 'of different files get the bytes of their own',
      run: async ({ source, world }) => {
        const files = readers.flatMap((index) => world.many.files[index % world.many.files.length] ?? []);
        const bodies = await Promise.all(files.map((file) => readWhole(source, refOf(file))));
        for (const [index, file] of files.entries()) sameBytes(bodies[index] ?? Buffer.alloc(0), file.bytes, file.name);
      },
    },
    {
      title: 'of which every second one is aborted leave the others whole',
      run: async (stage) => {
        const outcomes = await Promise.allSettled(
          readers.map((index) => {
            const stop = new AbortController();
            const reading = readWhole(stage.source, refOf(stage.sizeable), { signal: stop.signal });
            if (index % 2 === 1) stop.abort();
            return reading;
          }),
        );
        for (const [index, outcome] of outcomes.entries()) {
          if (index % 2 === 1) {
            assert(outcome.status === 'rejected', 'a reader that was aborted got its bytes');
            stage.checkError(outcome.reason, ['aborted']);
          } else {
            assert(outcome.status === 'fulfilled', `a reader that was not aborted failed: ${outcome.status === 'rejected' ? String(outcome.reason) : ''}`);
            sameBytes(outcome.value, stage.sizeable.bytes, stage.sizeable.name);
          }
        }
      },
    },
    {
      title: 'of which some ask for what is not there leave the others whole',
      run: async (stage) => {
        const { source, world } = stage;
        const outcomes = await Promise.allSettled(readers.map((index) => readWhole(source, index % 5 === 0 ? world.missingFile : refOf(stage.sizeable))));
        for (const [index, outcome] of outcomes.entries()) {
          if (index % 5 === 0) stage.checkError(outcome.status === 'rejected' ? outcome.reason : undefined, ['not-found'], { ref: world.missingFile });
          else sameBytes(outcome.status === 'fulfilled' ? outcome.value : Buffer.alloc(0), stage.sizeable.bytes, stage.sizeable.name);
        }
      },
    },
    {
      title: 'beside listings and stats get what is theirs',
      when: { list: 'supported', stat: 'supported' },
      run: async ({ source, world }) => {
        await Promise.all(
          readers.map(async (index) => {
            const file = world.documents.files[index % world.documents.files.length];
            if (file === undefined) return;
            if (index % 3 === 0) sameEntries(await collect(source.list(world.many.id, { pageSize: world.pageSize })), world.many);
            else if (index % 3 === 1) assert.equal((await source.stat(refOf(file))).name, file.name);
            else sameBytes(await readWhole(source, refOf(file)), file.bytes, file.name);
          }),
        );
      },
    },
    {
      title: 'in two sources of one account get all of their bytes',
      run: async (stage) => {
        const other = await stage.anotherSource();
        const bodies = await Promise.all(readers.map((index) => readWhole(index % 2 === 0 ? stage.source : other, refOf(stage.sizeable))));
        for (const bytes of bodies) sameBytes(bytes, stage.sizeable.bytes, stage.sizeable.name);
      },
    },
  ],
};
