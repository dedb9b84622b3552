import { afterEach, expect, test } from '@jest/globals';
import { demoIds, demoUsers, startOnlyOfficeSandbox, type OnlyOfficeSandbox } from '@filesource/sandbox';
import { makeSource, readAll } from './make-source.ts';

let sandbox: OnlyOfficeSandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
});

test.each([['docspace'], ['workspace']] as const)('an archive of an empty folder is an empty archive, also where %s refuses to make one', async (generation) => {
  sandbox = await startOnlyOfficeSandbox({ generation, quirks: { emptyFolderIsNothing: true } });
  const { userName, password } = demoUsers[0];
  const { source } = makeSource({ baseUrl: sandbox.baseUrl, userName, password });
  const archive = await (await source.archive([String(demoIds.empty)])).result();
  expect(archive.items).toEqual([]);
  const bytes = await readAll((await archive.open()).body);
  expect(bytes.subarray(0, 4)).toEqual(Buffer.from('PK\u0005\u0006'));
  expect(sandbox.requests.filter(({ url }) => url.includes('bulkdownload'))).toEqual([]);
  await source.close();
});
