import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jsonLines, startWorld, type World } from './harness.ts';

// A limit of the process on the size of files does what a full disk does, a write that is taken in part and then refused, and needs no mount.
const kib = 1024;

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const contentsSent = (): number => world.onlyOffice.requests.filter(({ url }) => url.includes('action=download')).length;

/** Everything below a directory, without its folders. */
async function filesBelow(directory: string): Promise<readonly string[]> {
  const found = await readdir(world.path(directory), { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map(({ name }) => name).sort();
}

describe('a disk that takes no more', () => {
  test('in the middle of a file: the file is named and never seen half, the others are there, and the next pull completes it', async () => {
    const large = randomBytes(3_000 * kib);
    const folder = world.onlyOffice.store.addFolder(101, { title: 'Large', files: [{ title: 'a.txt', content: 'a' }, { title: 'large.bin', content: large }, { title: 'c.txt', content: 'c' }] });
    const argv = ['pull', `documents:${folder.id}`, '--to', 'large', '--receipt', 'large.json', '--json'];
    const full = await world.run(argv, { mostFileBytes: 1_000 * kib });
    expect(full.status).toBe(3);
    expect(jsonLines(full.stderr)).toEqual([{ error: expect.objectContaining({ kind: 'target-failed', message: expect.stringContaining('may not become that large'), advice: expect.stringContaining('ulimit') }) }]);
    expect(jsonLines(full.stdout).at(-1)).toMatchObject({ complete: false, totals: { files: 3, ok: 2, failed: 1 } });
    expect((await filesBelow('large')).filter((name) => !name.startsWith('.filesource-'))).toEqual(['a.txt', 'c.txt']);
    const again = await world.run(argv);
    expect([again.status, again.stderr]).toEqual([0, '']);
    expect(await filesBelow('large')).toEqual(['a.txt', 'c.txt', 'large.bin']);
    expect((await readFile(world.path('large', 'documents', String(folder.id), 'large.bin'))).equals(large)).toBe(true);
  });

  test('in the middle of the journal: the pull ends by name, and the next one follows whole records only', async () => {
    // More than may wait to be written.
    const titles = Array.from({ length: 800 }, (_, index) => `file ${String(index).padStart(3, '0')}.txt`);
    const folder = world.onlyOffice.store.addFolder(101, { title: 'Many', files: titles.map((title) => ({ title, content: `content of ${title}` })) });
    // File by file: where the vendor answers slowly, an archive would be chosen.
    const argv = ['pull', `documents:${folder.id}`, '--to', 'many', '--by', 'files', '--json'];
    const before = contentsSent();
    const full = await world.run(argv, { mostFileBytes: 16 * kib });
    expect(full.status).toBe(1);
    expect(jsonLines(full.stderr).at(-1)).toMatchObject({ error: { kind: 'target-failed', message: expect.stringContaining('.filesource-journal') } });
    const journal = await readFile(world.path('many', '.filesource-journal'), 'utf8');
    expect([journal.length > 15 * kib, journal.endsWith('}\n')]).toEqual([true, true]);
    const fetched = contentsSent() - before;
    const again = await world.run(argv);
    const events = jsonLines(again.stdout);
    expect([again.status, again.stderr, events[0]?.['type']]).toEqual([0, '', expect.not.stringContaining('journal-damaged')]);
    expect(events.at(-1)).toMatchObject({ complete: true, totals: { files: 800, ok: 800 } });
    // Those that came before and have no record are fetched again: what was in flight or waited to be written, and no more.
    expect(fetched).toBeLessThan(700);
    const recorded = journal.split('\n').filter((line) => line.includes('"type":"done"')).length;
    expect(recorded).toBeGreaterThan(50);
    expect(contentsSent() - before - fetched).toBe(800 - recorded);
    expect(await filesBelow('many')).toEqual(titles);
  });

  test.each([
    ['an archive', ['archive', 'documents:@my', '--to', 'all.zip']],
    ['an archive that is unpacked', ['archive', 'documents:@my', '--extract', 'unpacked']],
    ['one file', ['get', 'ALONE', '--to', 'alone.bin']],
  ])('in the middle of %s: it is named, and nothing is left behind', async (_what, argv) => {
    const { id } = world.onlyOffice.store.addFile(101, { title: 'alone.bin', content: randomBytes(300 * kib) });
    const before = await filesBelow('.');
    const { status, stderr } = await world.run(argv.map((arg) => arg.replace('ALONE', `documents:101/${id}`)), { mostFileBytes: 64 * kib });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/cannot be written: a file may not become that large here \(target-failed\)\n {2}→ /)]);
    expect(await filesBelow('.')).toEqual(before);
  });
});
