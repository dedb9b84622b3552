import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { FileSourceError, type ArchiveSelection, type Entry, type FileEntry } from '@filesource/core';
import { beginPlan, planArchive, type ArchivePlan, type PlanTools } from '../src/archive-plan.ts';

type Tree = Readonly<Record<string, readonly (number | string)[]>>;

const fileEntry = (folder: string, id: string): FileEntry => ({ kind: 'file', folder, id, name: `${id}.docx`, size: Number(id), mediaType: null, modified: null, validator: null });

/** Folders hold the files that are numbers and the folders that are texts `d…`; `stats` counts single look-ups. */
function tools(tree: Tree, refused: readonly string[] = []): PlanTools & { readonly calls: string[] } {
  const calls: string[] = [];
  const check = (id: string): void => {
    if (refused.includes(id)) throw new FileSourceError('permission-denied', `no rights on ${id}`);
  };
  return {
    calls,
    callsAtOnce: 4,
    repeat: (run) => run(new AbortController().signal),
    listPage: async (folder) => {
      calls.push(`list ${folder}`);
      check(folder);
      return { items: (tree[folder] ?? []).map((id): Entry => (typeof id === 'number' ? fileEntry(folder, String(id)) : { kind: 'folder', id: id.slice(1), name: id, modified: null, entryCount: null })) };
    },
    lookup: {
      file: async (ref) => {
        calls.push(`stat ${ref.file}`);
        check(ref.file);
        return { dto: { id: ref.file, title: '' } as never, entry: fileEntry(ref.folder, ref.file) };
      },
      folder: async () => {
        throw new Error('not needed');
      },
      folderDto: async (folder) => {
        calls.push(`folder ${folder.text}`);
        check(folder.text);
        return { id: folder.text === '@my' ? '10' : folder.text, title: `Folder ${folder.text}`, updated: null };
      },
    },
  };
}

function select(folders: readonly string[], files: readonly string[] = [], convert: Readonly<Record<string, string>> = {}): ArchiveSelection {
  return {
    folders,
    files: files.map((ref) => {
      const [folder = '', file = ''] = ref.split('/');
      return { folder, file };
    }),
    convert: new Map(Object.entries(convert)),
  };
}

const paths = (plan: ArchivePlan): readonly (string | null)[] => plan.items.map(({ path }) => path);

describe('what an archive is planned to hold', () => {
  test('one folder alone loses its own name', async () => {
    const plan = await planArchive(select(['1']), tools({ 1: [5, 'd2'], 2: [6] }), undefined);
    expect(paths(plan)).toEqual(['5.docx', 'd2/6.docx']);
    expect(plan).toMatchObject({ name: 'Folder 1.zip', folderIds: ['1'], fileIds: [], single: null });
  });

  test('folders with anything else keep theirs, and files stand at the root', async () => {
    const plan = await planArchive(select(['1', '3'], ['7/8']), tools({ 1: [5], 3: [6] }), undefined);
    expect(paths(plan)).toEqual(['8.docx', 'Folder 1/5.docx', 'Folder 3/6.docx']);
    expect(plan).toMatchObject({ name: 'download.zip', folderIds: ['1', '3'], fileIds: ['8'] });
  });

  test('the same file and the same folder are asked for once', async () => {
    const plan = await planArchive(select(['@my', '10'], ['@recent/5', '7/5']), tools({ '@my': [6] }), undefined);
    expect(plan).toMatchObject({ fileIds: ['5'], folderIds: ['10'] });
    expect(paths(plan)).toEqual(['5.docx', 'Folder @my/6.docx']);
  });

  test('a file that is also in a folder comes twice, as the vendor packs it', async () => {
    expect(paths(await planArchive(select(['1'], ['1/5']), tools({ 1: [5] }), undefined))).toEqual(['5.docx', 'Folder 1/5.docx']);
  });

  test('many files of one folder are read from its listing', async () => {
    const few = tools({ 7: [1, 2, 3] });
    await planArchive(select([], ['7/1', '7/2', '7/3']), few, undefined);
    expect(few.calls).toEqual(['stat 1', 'stat 2', 'stat 3']);
    const many = tools({ 7: [1, 2, 3, 4] });
    await planArchive(select([], ['7/1', '7/2', '7/3', '7/4', '7/9']), many, undefined);
    expect(many.calls).toEqual(['list 7', 'stat 9']);
  });

  test('what cannot be read stays in the request, and is an item with its error', async () => {
    const plan = await planArchive(select(['1', '3'], ['7/8', '7/9']), tools({ 1: ['d2', 'd4'], 4: [6] }, ['8', '3', '2']), undefined);
    expect(plan).toMatchObject({ fileIds: ['8', '9'], folderIds: ['1', '3'] });
    expect(plan.items.map(({ ref, path, error }) => [ref.file ?? ref.folder, path, error?.kind])).toEqual([
      ['8', null, 'permission-denied'],
      ['9', '9.docx', undefined],
      ['2', null, 'permission-denied'],
      ['6', 'Folder 1/d4/6.docx', undefined],
      ['3', null, 'permission-denied'],
    ]);
  });

  test('conversions are asked for apart, and change the ending', async () => {
    const plan = await planArchive(select([], ['7/1', '7/2', '7/3'], { 1: 'PDF', 2: '.png', 3: '.docx' }), tools({}), undefined);
    expect(plan).toMatchObject({ fileIds: ['3'], convert: [{ key: '1', value: '.pdf' }, { key: '2', value: '.png' }] });
    expect(plan.items.map(({ path, size }) => [path, size])).toEqual([
      ['1.pdf', null],
      ['2.zip', null],
      ['3.docx', 3],
    ]);
  });

  test('one file alone is told, also when it is converted', async () => {
    expect((await planArchive(select([], ['7/1']), tools({}), undefined)).single).toMatchObject({ path: '1.docx' });
    expect(await planArchive(select([], ['7/1'], { 1: '.pdf' }), tools({}), undefined)).toMatchObject({ name: '1.pdf', single: { path: '1.pdf' } });
  });

  test.each([
    ['entries of the portal and of an account', select([], ['7/1', 'sbox-1-|a/sbox-1-|b']), 'unsupported'],
    ['all sections at once', select(['@root']), 'invalid-argument'],
    ['a folder that is none', select(['x y']), 'invalid-argument'],
    ['a file that is none', select([], ['7/x']), 'invalid-argument'],
    ['an ending that is none', select([], ['7/1'], { 1: '../x' }), 'invalid-argument'],
  ])('%s: refused', async (_name, selection, kind) => {
    await expect(planArchive(selection, tools({}), undefined)).rejects.toMatchObject({ kind });
  });

  test('an error that is not about one entry ends the planning', async () => {
    const broken = tools({});
    const failing: PlanTools = { ...broken, lookup: { ...broken.lookup, file: async () => Promise.reject(new FileSourceError('unauthenticated', 'no')) } };
    await expect(planArchive(select([], ['7/1']), failing, undefined)).rejects.toMatchObject({ kind: 'unauthenticated' });
  });
});

test('a file that the caller has listed is not looked up, unless it was listed in another folder', async () => {
  const made = tools({ 1: [11, 12, 13, 14, 15] });
  const known = ['11', '12', '13'].map((id) => fileEntry('1', id));
  const plan = await planArchive({ ...select([], ['1/11', '1/12', '2/13', '1/14']), known }, made, undefined);
  expect(made.calls.sort()).toEqual(['stat 13', 'stat 14']);
  expect(plan.items.map(({ name, size }) => [name, size]).sort()).toEqual([['11.docx', 11], ['12.docx', 12], ['13.docx', 13], ['14.docx', 14]]);
});

describe('folders on the way', () => {
  const tree: Tree = { 1: ['d2', 'd3', 'd4', 'd5', 'd6', 'd7'], 2: [21], 3: ['d8', 31], 4: [], 5: [51], 6: [61], 7: [71], 8: [81] };
  const inOrder = ['d2/21.docx', 'd3/31.docx', 'd3/d8/81.docx', 'd5/51.docx', 'd6/61.docx', 'd7/71.docx'];

  test('are listed several at once, each once, and told in the order of a walk whichever answers first', async () => {
    const made = tools(tree);
    let [running, most] = [0, 0];
    const plan = await planArchive(select(['1']), {
      ...made,
      listPage: async (folder, options) => {
        running += 1;
        most = Math.max(most, running);
        for (let turns = 0; turns < 20 - 2 * Number(folder); turns += 1) await nextTurn();
        running -= 1;
        return made.listPage(folder, options);
      },
    }, undefined);
    expect(paths(plan)).toEqual(inOrder);
    expect(made.calls.slice().sort()).toEqual(['folder 1', ...Object.keys(tree).map((id) => `list ${id}`)]);
    expect(most).toBe(4);
  });

  test.each([
    ['that were asked for are found and listed', select(['2', '4', '5', '6', '7', '8']), ['Folder 2/21.docx', 'Folder 5/51.docx', 'Folder 6/61.docx', 'Folder 7/71.docx', 'Folder 8/81.docx']],
    ['of files that were asked for are listed', select([], ['91', '92', '93', '94', '95'].flatMap((folder, index) => [1, 2, 3, 4].map((file) => `${folder}/${index + 1}${file}`))), [1, 2, 3, 4, 5].flatMap((tens) => [1, 2, 3, 4].map((ones) => `${tens}${ones}.docx`))],
  ])('%s several at once, and told in their order whichever answers first', async (_what, selection, expected) => {
    const made = tools({ ...tree, 91: [11, 12, 13, 14], 92: [21, 22, 23, 24], 93: [31, 32, 33, 34], 94: [41, 42, 43, 44], 95: [51, 52, 53, 54] });
    const most = { list: 0, folder: 0 };
    const running = { list: 0, folder: 0 };
    const slowly = async <T>(what: 'list' | 'folder', text: string, run: () => Promise<T>): Promise<T> => {
      running[what] += 1;
      most[what] = Math.max(most[what], running[what]);
      for (let turns = 0; turns < 100 - Number(text); turns += 1) await nextTurn();
      running[what] -= 1;
      return run();
    };
    const plan = await planArchive(selection, {
      ...made,
      listPage: (folder, options) => slowly('list', folder, () => made.listPage(folder, options)),
      lookup: { ...made.lookup, folderDto: (folder, signal) => slowly('folder', folder.text, () => made.lookup.folderDto(folder, signal)) },
    }, undefined);
    expect(paths(plan)).toEqual(expected);
    expect(most).toEqual({ list: 4, folder: selection.folders.length > 0 ? 4 : 0 });
    expect(made.calls.filter((call) => call.startsWith('stat'))).toEqual([]);
  });

  test('need not be walked for a plan to begin: one file is enough', async () => {
    const made = tools(tree);
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const { plan, whole } = await beginPlan(select(['1']), {
      ...made,
      listPage: async (folder, options) => {
        if (folder === '7') await held;
        return made.listPage(folder, options);
      },
    }, undefined);
    expect(plan).toMatchObject({ folderIds: ['1'], name: 'Folder 1.zip' });
    expect(paths(plan)).toContain('d2/21.docx');
    expect(paths(plan)).not.toContain('d7/71.docx');
    goOn();
    expect(paths(await whole)).toEqual(inOrder);
  });

  test('are all walked where no file is found before', async () => {
    const made = tools({ 1: ['d2', 'd3'], 2: [], 3: ['d4'], 4: [] }, ['3']);
    const { plan } = await beginPlan(select(['1']), made, undefined);
    expect(plan.items.map(({ ref, error }) => [ref.folder, error?.kind])).toEqual([['3', 'permission-denied']]);
  });

  test('that fail once a file is known fail the whole, and before that the beginning', async () => {
    const failing = (bad: string): PlanTools => {
      const made = tools(tree);
      return {
        ...made,
        listPage: async (folder, options) => {
          if (folder === bad) throw new FileSourceError('vendor-failure', 'down');
          return made.listPage(folder, options);
        },
      };
    };
    await expect(beginPlan(select(['1']), failing('1'), undefined)).rejects.toMatchObject({ kind: 'vendor-failure' });
    const { whole } = await beginPlan(select(['1']), failing('6'), undefined);
    await expect(whole).rejects.toMatchObject({ kind: 'vendor-failure' });
  });
});
