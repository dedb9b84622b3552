import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exitCodes } from '../src/index.ts';
import { startSandboxes, type Sandboxes } from './support/sandboxes.ts';

let sandboxes: Sandboxes;
/** A folder that packs to a thousandth of its size, and a file that is its ZIP. */
let folder: string;
let zip: string;
const run: Sandboxes['run'] = (argv) => sandboxes.run(argv);

beforeAll(async () => {
  sandboxes = await startSandboxes('docspace');
  const { store } = sandboxes.onlyOffice;
  const planted = store.addFolder(101, { title: 'Bomb', files: [{ title: 'zeros.bin', content: Buffer.alloc(66 * 1024 * 1024) }, { title: 'note.txt', content: 'a note' }] });
  folder = `documents:${planted.id}`;
  expect((await run(['archive', folder, '--to', 'whole.zip'])).code).toBe(exitCodes.done);
  const file = store.addFile(101, { title: 'whole.zip', content: await readFile(join(sandboxes.directory, 'whole.zip')) });
  zip = `documents:101/${file.id}`;
});
afterAll(() => sandboxes.close());

const ceilings = [
  ['--max-entries', '1', 'maxEntries', 'more than 1 entries'],
  ['--max-bytes', '1000', 'maxBytes', 'more than 1000 bytes'],
  ['--max-ratio', '500', 'maxRatio', 'more than 500 times its own size'],
] as const;

describe.each(ceilings)('%s %s', (option, value, setting, message) => {
  const refusal = [exitCodes.failed, '', expect.stringMatching(new RegExp(`${message}[\\s\\S]*→ .*${option} N.*limits\\.${setting}`))];
  const before = new Set(['filesource.yaml', 'whole.zip']);

  test('refuses an archive by name, and tells the option and the setting that raise it', async () => {
    const { code, out, err } = await run(['archive', folder, '--to', 'refused.zip', option, value]);
    expect([code, out.text, err.text]).toEqual(refusal);
    expect((await readdir(sandboxes.directory)).filter((name) => !before.has(name))).toEqual([]);
  });

  test('holds for an operation that is attached to', async () => {
    const token = (await run(['archive', folder, '--detach'])).out.text.trim();
    const { code, err } = await run(['operation', 'attach', token, '--to', 'refused.zip', option, value]);
    expect([code, err.text]).toEqual([exitCodes.failed, expect.stringContaining(message)]);
    expect((await readdir(sandboxes.directory)).filter((name) => !before.has(name))).toEqual([]);
  });

  test('holds for one entry of a ZIP, written to a file or to standard output', async () => {
    const entry = ['get', zip, '--entry', 'zeros.bin', option, value] as const;
    for (const argv of [entry, [...entry, '--to', 'zeros.bin']]) {
      const { code, out, err } = await run(argv);
      expect([code, out.text, err.text]).toEqual(refusal);
    }
    expect((await readdir(sandboxes.directory)).filter((name) => !before.has(name))).toEqual([]);
  });

  test('is refused for a file that is fetched whole', async () => {
    const { code, err } = await run(['get', zip, option, value]);
    expect([code, err.text]).toEqual([exitCodes.usage, expect.stringContaining('--entry PATH')]);
  });
});

test('a raised ceiling lets through what a lower one refused', async () => {
  expect((await run(['archive', folder, '--to', 'allowed.zip', '--max-entries', '10', '--max-bytes', '100000000', '--max-ratio', '2000'])).code).toBe(exitCodes.done);
  expect((await run(['get', zip, '--entry', 'note.txt', '--max-bytes', '10'])).out.text).toBe('a note');
});
