import assert from 'node:assert/strict';
import type { Page, SourceEntry } from '@filesource/core';
import type { ConformanceArea, ConformanceCase } from './conformance-case.ts';
import { collect, pagesOf, sameEntries } from './reading.ts';
import type { Stage } from './stage.ts';
import type { KnownFolder } from './world.ts';

async function pages(stage: Stage, folder: KnownFolder): Promise<Page<SourceEntry>[]> {
  return pagesOf(stage.source, folder.id, { pageSize: stage.world.pageSize });
}

const wrongPageSizes: readonly ConformanceCase[] = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY].map((pageSize) => ({
  title: `refuse ${pageSize} as their size`,
  run: async (stage) => {
    await stage.fails('invalid-argument', () => collect(stage.source.list(stage.world.many.id, { pageSize })), { operation: 'list' });
  },
}));

export const pagingCases: ConformanceArea = {
  area: 'pages',
  when: { list: 'supported' },
  cases: [
    {
      title: 'give every entry exactly once, over more than three of them',
      run: async (stage) => {
        const all = await pages(stage, stage.world.many);
        assert(all.length > 3, `${all.length} pages of ${stage.world.pageSize} for ${stage.world.many.files.length} files`);
        sameEntries(all.flatMap(({ items }) => items), stage.world.many);
      },
    },
    {
      title: 'give the same entries in the same order as the items do',
      run: async (stage) => {
        const { source, world } = stage;
        const items = await collect(source.list(world.many.id, { pageSize: world.pageSize }));
        assert.deepEqual((await pages(stage, world.many)).flatMap((page) => page.items.map(({ ref }) => ref)), items.map(({ ref }) => ref));
      },
    },
    {
      title: 'have no more entries than were asked for',
      run: async (stage) => {
        for (const { items } of await pages(stage, stage.world.many)) assert(items.length <= stage.world.pageSize, `${items.length} entries`);
      },
    },
    {
      title: 'end after a last one that is exactly full',
      run: async (stage) => {
        const all = await pages(stage, stage.world.full);
        sameEntries(all.flatMap(({ items }) => items), stage.world.full);
        assert(all.length <= 3, `${all.length} pages for two that are full`);
      },
    },
    {
      title: 'have a cursor, and only the last has none',
      run: async (stage) => {
        const all = await pages(stage, stage.world.many);
        assert.deepEqual(all.map(({ cursor }) => typeof cursor), all.map((_, index) => (index < all.length - 1 ? 'string' : 'undefined')));
      },
    },
    {
      title: 'go on from the cursor of any of them',
      run: async (stage) => {
        const all = await pages(stage, stage.world.many);
        for (const [index, { cursor }] of all.entries()) {
          if (cursor === undefined) continue;
          const rest = await pagesOf(stage.source, stage.world.many.id, { cursor, pageSize: stage.world.pageSize });
          assert.deepEqual(rest.flatMap(({ items }) => items.map(({ id }) => id)), all.slice(index + 1).flatMap(({ items }) => items.map(({ id }) => id)));
        }
      },
    },
    {
      title: 'go on in another source, from a cursor that was written as JSON',
      run: async (stage) => {
        const { world } = stage;
        const [first] = await pages(stage, world.many);
        const kept = JSON.parse(JSON.stringify({ cursor: first?.cursor })) as { cursor: string };
        const rest = await collect((await stage.anotherSource()).list(world.many.id, { cursor: kept.cursor, pageSize: world.pageSize }));
        sameEntries([...(first?.items ?? []), ...rest], world.many);
      },
    },
    {
      title: 'of one entry each give the whole folder',
      run: async ({ source, world }) => {
        const all = await pagesOf(source, world.documents.id, { pageSize: 1 });
        sameEntries(all.flatMap(({ items }) => items), world.documents);
      },
    },
    {
      title: 'of the vendor\'s own largest size give the whole folder',
      run: async ({ source, world }) => {
        const all = await pagesOf(source, world.many.id, {});
        sameEntries(all.flatMap(({ items }) => items), world.many);
        for (const { items } of all) assert(items.length <= source.capabilities.limits.maxPageSize);
      },
    },
    {
      title: 'larger than the vendor\'s limit are cut to it',
      run: async ({ source, world }) => {
        const pageSize = source.capabilities.limits.maxPageSize + 1;
        const all = await pagesOf(source, world.many.id, { pageSize });
        sameEntries(all.flatMap(({ items }) => items), world.many);
        for (const { items } of all) assert(items.length < pageSize);
      },
    },
    {
      title: 'tell the number of all entries, or nothing',
      run: async (stage) => {
        for (const folder of [stage.world.many, stage.world.full, stage.world.documents]) {
          for (const { total } of await pages(stage, folder)) if (total !== undefined) assert.equal(total, folder.files.length + (folder.folders?.length ?? 0));
        }
      },
    },
    {
      title: 'of an empty folder are one without entries, or none',
      run: async (stage) => {
        const all = await pages(stage, stage.world.empty);
        assert(all.length <= 1);
        assert.deepEqual(all.flatMap(({ items, cursor }) => [...items, ...(cursor === undefined ? [] : [cursor])]), []);
      },
    },
    {
      title: 'of two listings read in turns do not disturb each other',
      run: async ({ source, world }) => {
        const left: SourceEntry[] = [];
        const right: SourceEntry[] = [];
        const other = source.list(world.full.id).byPage({ pageSize: world.pageSize })[Symbol.asyncIterator]();
        for await (const page of source.list(world.many.id).byPage({ pageSize: world.pageSize })) {
          left.push(...page.items);
          const next = await other.next();
          if (next.done !== true) right.push(...next.value.items);
        }
        sameEntries(left, world.many);
        sameEntries(right, world.full);
      },
    },
    {
      title: 'are not begun anew by a cursor that is none: it is refused',
      run: async (stage) => {
        for (const cursor of ['garbage', '', '-1', 'eyJvZmZzZXQiOi0xfQ', '999999999999999999999']) {
          await stage.fails('invalid-argument', () => collect(stage.source.list(stage.world.many.id, { cursor })), { operation: 'list' });
        }
      },
    },
    {
      title: 'are no longer asked for once the signal has fired between two of them',
      run: async (stage) => {
        const stop = new AbortController();
        let read = 0;
        await stage.fails('aborted', async () => {
          for await (const page of stage.source.list(stage.world.many.id).byPage({ pageSize: stage.world.pageSize, signal: stop.signal })) {
            read += page.items.length;
            stop.abort();
          }
        });
        assert(read <= stage.world.pageSize, `${read} entries came after the signal`);
      },
    },
    ...wrongPageSizes,
  ],
};
