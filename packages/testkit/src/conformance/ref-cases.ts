import assert from 'node:assert/strict';
import { formatRef, type RefLike } from '@filesource/core';
import type { ConformanceArea, ConformanceCase } from './conformance-case.ts';
import { collect, listFiles, sameEntries } from './reading.ts';

const forms: readonly { readonly title: string; readonly of: (source: string, folder: string, file: string) => RefLike }[] = [
  { title: 'as text without the source', of: (_source, folder, file) => formatRef('x', { folder, file }).slice(2) },
  { title: 'as text with the source', of: (source, folder, file) => formatRef(source, { folder, file }) },
  { title: 'as folder and file', of: (_source, folder, file) => ({ folder, file }) },
  { title: 'as something that has a ref', of: (source, folder, file) => ({ ref: formatRef(source, { folder, file }) }) },
];

const accepted: readonly ConformanceCase[] = forms.map(({ title, of }) => ({
  title: `of a file is taken ${title}`,
  when: { stat: 'supported' },
  run: async ({ source, sizeable }) => {
    assert.equal((await source.stat(of(source.name, sizeable.folder, sizeable.id))).id, sizeable.id);
  },
}));

const nonsense: readonly { readonly title: string; readonly ref: RefLike }[] = [
  { title: 'is empty', ref: '' },
  { title: 'is a slash', ref: '/' },
  { title: 'has no folder', ref: '/7' },
  { title: 'has an empty file', ref: '7/' },
  { title: 'has three parts', ref: '7/8/9' },
  { title: 'names another source', ref: 'somewhere-else:7/8' },
  { title: 'has a source that is no name', ref: '1 2:7/8' },
  { title: 'has a percent sign that encodes nothing', ref: '7/%zz' },
  { title: 'has a control character', ref: { folder: '7', file: 'a\u0000b' } },
  { title: 'has an id of more than 1024 characters', ref: { folder: '7', file: 'x'.repeat(1025) } },
  { title: 'has an empty id', ref: { folder: '' } },
];

const refused: readonly ConformanceCase[] = nonsense.map(({ title, ref }) => ({
  title: `that ${title} is refused as invalid-argument`,
  run: async (stage) => {
    await stage.fails('invalid-argument', () => stage.source.stat(ref));
    await stage.fails('invalid-argument', () => stage.source.open(ref));
    await stage.fails('invalid-argument', () => collect(stage.source.list(ref)));
    await stage.fails('invalid-argument', () => stage.source.link(ref));
    await stage.fails('invalid-argument', () => stage.source.archive([ref]));
  },
}));

export const refCases: ConformanceArea = {
  area: 'a ref',
  cases: [
    ...accepted,
    {
      title: 'of a folder is taken in all its forms',
      when: { list: 'supported' },
      run: async ({ source, world }) => {
        const { id } = world.documents;
        const text = formatRef(source.name, { folder: id });
        for (const ref of [text, text.slice(source.name.length + 1), { folder: id }, { ref: text }]) sameEntries(await collect(source.list(ref)), world.documents);
      },
    },
    {
      title: 'may be an entry of a listing',
      when: { list: 'supported', stat: 'supported' },
      run: async ({ source, world }) => {
        for (const entry of await listFiles(source, world.documents.id)) assert.equal((await source.stat(entry)).ref, entry.ref);
      },
    },
    {
      title: 'in an error can be used again as it is',
      when: { stat: 'supported' },
      run: async (stage) => {
        const error = await stage.fails('not-found', () => stage.source.stat(stage.world.missingFile));
        const again = await stage.fails('not-found', () => stage.source.stat(error.ref ?? ''));
        assert.equal(again.ref, error.ref);
      },
    },
    {
      title: 'whose id no file of this vendor can have fails as invalid-argument or not-found, and as nothing else',
      when: { stat: 'supported', open: 'supported' },
      run: async (stage) => {
        for (const ref of stage.world.invalid) {
          const kinds = ['invalid-argument', 'not-found'] as const;
          await stage.fails(kinds, () => stage.source.stat(ref), { operation: 'stat', ref });
          if (ref.file === undefined) await stage.fails(kinds, () => collect(stage.source.list(ref)), { operation: 'list', ref });
          else await stage.fails(kinds, () => stage.source.open(ref), { operation: 'open', ref });
        }
      },
    },
    ...refused,
    {
      title: 'is not tried when it is nonsense: nothing is sent',
      needs: ['requestCount'],
      run: async (stage) => {
        const before = stage.control('requestCount')();
        for (const { ref } of nonsense) await stage.fails('invalid-argument', () => stage.source.stat(ref));
        assert.equal(stage.control('requestCount')(), before);
      },
    },
  ],
};
