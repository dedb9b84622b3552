import { describe, expect, test } from '@jest/globals';
import { walkFiles, walkPages, type Entry, type Page, type PageOptions } from '../src/index.ts';

const file = (folder: string, id: string): Entry => ({ kind: 'file', folder, id, name: `${id}.txt`, size: 1, mediaType: null, modified: null, validator: null });
const folder = (id: string): Entry => ({ kind: 'folder', id, name: `Folder ${id}`, modified: null, entryCount: null });

/** Pages by folder; a cursor is the number of the next one. */
function lister(folders: Readonly<Record<string, readonly (readonly Entry[])[]>>): { readonly asked: string[]; readonly signals: AbortSignal[]; listPage(id: string, options: PageOptions): Promise<Page<Entry>> } {
  const asked: string[] = [];
  const signals: AbortSignal[] = [];
  return {
    asked,
    signals,
    listPage: async (id, { cursor, signal }) => {
      const at = Number(cursor ?? 0);
      asked.push(`${id}:${at}`);
      if (signal !== undefined) signals.push(signal);
      const pages = folders[id] ?? [[]];
      return { items: pages[at] ?? [], ...(at + 1 < pages.length ? { cursor: String(at + 1) } : {}) };
    },
  };
}

const tree = {
  top: [[folder('in'), file('top', 'a')], [file('top', 'b')]],
  in: [[folder('deep'), file('in', 'c')]],
  deep: [[file('deep', 'd')]],
};

describe('a walk', () => {
  test('meets the files of a folder before those of its folders, by files and by pages', async () => {
    const files: string[] = [];
    for await (const { entry, segments } of walkFiles(lister(tree), 'top', { segments: ['root'] })) files.push([...segments, entry.name].join('/'));
    expect(files).toEqual(['root/a.txt', 'root/b.txt', 'root/Folder in/c.txt', 'root/Folder in/Folder deep/d.txt']);
    const pages: (readonly string[])[] = [];
    for await (const page of walkPages(lister(tree), 'top')) pages.push(page.files.map(({ id }) => id));
    expect(pages).toEqual([['a'], ['b'], ['c'], ['d']]);
  });

  test('by pages has the next page of a folder on its way while one is looked at, and no folder ahead', async () => {
    const source = lister(tree);
    for await (const { files } of walkPages(source, 'top')) {
      if (files[0]?.id === 'a') expect(source.asked).toEqual(['top:0', 'top:1']);
    }
    expect(source.asked).toEqual(['top:0', 'top:1', 'in:0', 'deep:0']);
  });

  test('that is ended early gives up the page that is on its way', async () => {
    const source = lister(tree);
    for await (const _ of walkPages(source, 'top')) break;
    expect(source.signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  test('of a folder that contains itself is an error, and not endless', async () => {
    const walking = async (): Promise<void> => {
      for await (const _ of walkFiles(lister({ top: [[folder('top')]] }), 'top'));
    };
    await expect(walking()).rejects.toMatchObject({ kind: 'vendor-protocol' });
  });
});
