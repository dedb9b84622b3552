import { existsSync, readlinkSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { file, filesBelow, memorySource, runPull, temporaryDirectory } from './helpers.ts';

// Here is seen what would survive a power cut: what was forced to the disk, in the order in which that was done.
// Only Linux tells the path of a handle; CI runs there.
const onLinux = existsSync('/proc/self/fd') ? test : test.skip;
let restore = (): void => undefined;
afterEach(() => restore());

async function watchSyncs(onSync: (path: string) => void): Promise<void> {
  const handle = await open('/dev/null', 'r');
  const prototype = Object.getPrototypeOf(handle) as { sync: FileHandle['sync'] };
  await handle.close();
  const { sync } = prototype;
  prototype.sync = function watched(this: FileHandle) {
    onSync(readlinkSync(`/proc/self/fd/${this.fd}`));
    return sync.call(this);
  };
  restore = () => {
    prototype.sync = sync;
  };
}

onLinux('names are forced to the disk before the receipt is written and the journal goes, and then the name of the receipt', async () => {
  const directory = await temporaryDirectory();
  const receiptFile = join(await temporaryDirectory(), 'receipt.json');
  const seen: { readonly path: string; readonly hasJournal: boolean; readonly hasReceipt: boolean }[] = [];
  await watchSyncs((path) => {
    if (path.startsWith(directory) || path === dirname(receiptFile)) seen.push({ path, hasJournal: existsSync(join(directory, '.filesource-journal')), hasReceipt: existsSync(receiptFile) });
  });
  const { source } = memorySource([{ id: '1', files: ['1', '2', '3'].map((id) => file(id, `${id}.txt`)) }]);
  expect((await runPull(source, directory, { receiptFile })).complete).toBe(true);
  const at = (path: string): (typeof seen)[number] | undefined => seen.findLast((sync) => sync.path === path);
  for (const path of ['contacts/1', 'contacts', ''].map((below) => join(directory, below))) expect(at(path.replace(/\/$/, ''))).toMatchObject({ hasJournal: true, hasReceipt: false });
  expect(at(dirname(receiptFile))).toMatchObject({ hasJournal: true, hasReceipt: true });
  expect(await filesBelow(directory)).toEqual(['contacts/1/1.txt', 'contacts/1/2.txt', 'contacts/1/3.txt']);
});
