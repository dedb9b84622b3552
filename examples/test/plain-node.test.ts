import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startOnOfficeSandbox, type OnOfficeSandbox } from '@filesource/sandbox';
import { createFolder, runProgram, type Folder } from './run-program.ts';

let sandbox: OnOfficeSandbox;
let folder: Folder;
beforeEach(async () => {
  [sandbox, folder] = await Promise.all([startOnOfficeSandbox(), createFolder()]);
});
afterEach(() => Promise.all([sandbox.close(), folder.remove()]));

it('lists a folder and downloads a file', async () => {
  await folder.write('filesource.yaml', `sources:\n  contacts:\n    provider: onoffice-address\n    apiUrl: ${sandbox.apiUrl}\n    token: \${TOKEN}\n    secret: \${SECRET}\n`);
  const { status, stdout, stderr } = await runProgram('plain-node', folder.path, { TOKEN: sandbox.token, SECRET: sandbox.secret });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('contacts:1237/1757 Grundriss Obergeschoß.pdf');
  const { length } = await readFile(join(folder.path, 'first-file'));
  expect(length).toBeGreaterThan(0);
  expect(stdout).toContain(`${length} bytes in first-file`);
});
