import { readdir, readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { demoIds } from '@filesource/sandbox';
import { jsonLines, startWorld, type World } from './harness.ts';

let world: World;
let folder: string;

function folderOf(files: number): string {
  const { id } = world.onlyOffice.store.addFolder(demoIds.my, { title: 'Exposés' });
  for (let index = 0; index < files; index += 1) world.onlyOffice.store.addFile(id, { title: `Exposé ${index}.txt`, content: Buffer.from(`Nr. ${index} `.repeat(100)) });
  return `documents:${id}`;
}

beforeEach(async () => {
  world = await startWorld({ operationDurationMs: 100 });
  folder = folderOf(40);
});

afterEach(() => world.close());

const requestsFor = (part: string): number => world.onlyOffice.requests.filter(({ url }) => url.includes(part)).length;

describe('pull --explain', () => {
  it('shows calls, bytes, time and fallbacks of each way, and fetches and writes nothing', async () => {
    // So few are fetched one by one, however slowly the vendor answers.
    const few = folderOf(12);
    const { status, stdout, stderr } = await world.run(['pull', few, 'contacts:1237', 'documents:999999', '--to', 'files', '--explain']);
    expect(status).toBe(3);
    const [header, ...lines] = stdout.split('\n');
    expect(header).toMatch(/^FROM +FILES +SIZE +BY +CALLS +TIME +INSTEAD OF$/);
    expect(lines.find((line) => line.startsWith(`${few} `))).toMatch(/^\S+ +12 +\S+ kB +files +12 +\S+ m?s +archive: \d+ calls, \S+ s$/);
    expect(lines.find((line) => line.startsWith('contacts:1237 '))).toMatch(/^\S+ +25 +\S+ MB +files +\d+ +\S+ m?s +-$/);
    expect(lines.some((line) => line.startsWith(`${few}: by files: `))).toBe(true);
    expect(lines).toContain('  fallback: a file that breaks off is continued by range from where it was');
    expect(lines.some((line) => /^measured: .*documents answers in \d+ ms/.test(line))).toBe(true);
    expect(lines.some((line) => /^assumed: 12.5 MB\/s/.test(line))).toBe(true);
    expect(lines.at(-2)).toMatch(/^estimate: \d+ calls, \S+ MB, about \S+ m?s$/);
    expect(stderr).toContain('pull: would fetch 37 files');
    expect(stderr).toContain('documents:999999: missing');
    expect(requestsFor('filehandler')).toBe(0);
    expect(requestsFor('fileops')).toBe(0);
    expect((await readdir(world.directory)).sort()).toEqual(['filesource.yaml']);
  });

  it('prints the same as one JSON object before the receipt, and has the status of a dry run', async () => {
    const explained = await world.run(['pull', folder, '--to', 'files', '--explain', '--by', 'archive', '--json']);
    const dry = await world.run(['pull', folder, '--to', 'files', '--dry-run', '--json']);
    expect([explained.status, dry.status]).toEqual([0, 0]);
    const lines = jsonLines(explained.stdout);
    expect(lines.at(-1)).toMatchObject({ type: 'receipt', dryRun: true });
    expect(lines.at(-2)).toMatchObject({
      type: 'estimate',
      files: 40,
      unknownSizes: 0,
      kept: { files: 0, bytes: 0 },
      groups: [{ source: 'documents', folders: [folder], folderCount: 1, by: 'archive', why: 'as asked for', calls: { open: 0, start: 1, download: 1 }, instead: { by: 'files', calls: { open: 40 } } }],
      measured: [{ source: 'documents', calls: 1 }],
    });
    expect((await world.run(['pull', 'documents:999999', '--to', 'files', '--explain'])).status).toBe((await world.run(['pull', 'documents:999999', '--to', 'files', '--dry-run'])).status);
  });

  it('counts what an earlier run left as kept', async () => {
    expect((await world.run(['pull', folder, 'documents:999999', '--to', 'files'])).status).toBe(3);
    const { id } = world.onlyOffice.store.addFile(Number(folder.split(':')[1]), { title: 'neu.txt', content: Buffer.from('neu') });
    const { stdout } = await world.run(['pull', folder, '--to', 'files', '--explain']);
    expect(stdout).toContain('kept: 40 files');
    expect(stdout).toMatch(/\nestimate: 1 call, 3 B, /);
    const before = world.onlyOffice.requests.length;
    expect((await world.run(['pull', folder, '--to', 'files'])).status).toBe(0);
    expect(world.onlyOffice.requests.slice(before).filter(({ url }) => url.includes(`/file/${id}`) || url.includes('filehandler'))).toHaveLength(1);
  });
});

describe('the documentation of pull --explain', () => {
  it('shows what it prints, but for the figures', async () => {
    const page = await readFile(new URL('../../docs/command-line.md', import.meta.url), 'utf8');
    const [, shown = ''] = /\n\$ filesource pull \S+ contacts:1237 --to files --explain\n([\s\S]*?)```/.exec(page) ?? [];
    for (let index = 40; index < 260; index += 1) world.onlyOffice.store.addFile(Number(folder.split(':')[1]), { title: `Exposé ${index}.txt`, content: Buffer.from(`Nr. ${index} `.repeat(2000)) });
    world.onlyOffice.faults.set([{ kind: 'delay', ms: 120 }]);
    world.onOffice.faults.set([{ kind: 'delay', ms: 120 }]);
    const { status, stdout } = await world.run(['pull', folder, 'contacts:1237', '--to', 'files', '--explain']);
    expect(status).toBe(0);
    expect(withoutFigures(stdout)).toBe(withoutFigures(shown));
  });
});

/** Times depend on the machine, ids on the sandbox, and columns on both. */
function withoutFigures(text: string): string {
  return text
    .replace(/[\d.]+ (ms|s)\b/g, 'TIME')
    .replace(/[\d.]+/g, '0')
    .replace(/ {2,}(?=\S)/g, '  ');
}

describe('pull --by', () => {
  it('archive fetches the files of a folder with one archive, and the receipt has the rows of single downloads', async () => {
    const singly = await world.run(['pull', folder, '--to', 'one', '--by', 'files', '--receipt', 'one.json']);
    expect(requestsFor('bulkdownload')).toBe(0);
    const opened = requestsFor('action=download');
    const packed = await world.run(['pull', folder, '--to', 'two', '--by', 'archive', '--receipt', 'two.json']);
    expect([singly.status, packed.status]).toEqual([0, 0]);
    expect(requestsFor('bulkdownload')).toBe(1);
    expect(requestsFor('action=download')).toBe(opened);
    const rowsOf = async (name: string): Promise<unknown> => (JSON.parse(await readFile(world.path(name), 'utf8')) as { files: unknown }).files;
    expect(await rowsOf('two.json')).toEqual(await rowsOf('one.json'));
    expect((await world.run(['verify', 'two.json'])).status).toBe(0);
  });

  it('archive loses nothing where the vendor leaves files out or cuts them', async () => {
    const [first, second] = world.onlyOffice.store.filesIn(Number(folder.split(':')[1]));
    world.onlyOffice.quirks.failingEntries = { [String(first?.id)]: 'kaputt' };
    world.onlyOffice.quirks.truncatedEntries = second === undefined ? [] : [second.id];
    const { status, stderr } = await world.run(['pull', folder, '--to', 'two', '--by', 'archive', '--receipt', 'two.json']);
    expect([status, stderr.match(/complete: (\d+) of/)?.[1]]).toEqual([0, '40']);
    expect(requestsFor('bulkdownload')).toBe(1);
    expect(requestsFor('action=download')).toBe(2);
  });

  it('takes no other word', async () => {
    const { status, stderr } = await world.run(['pull', folder, '--to', 'files', '--by', 'mail']);
    expect(status).toBe(2);
    expect(stderr).toContain('It takes auto, files or archive.');
  });
});
