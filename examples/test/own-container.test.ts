import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { demoApiKeys, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnOfficeSandbox } from '@filesource/sandbox';
import { createFolder, runProgram, type Folder } from './run-program.ts';

let office: OnOfficeSandbox;
let portal: OnlyOfficeSandbox;
let folder: Folder;
beforeEach(async () => {
  [office, portal, folder] = await Promise.all([startOnOfficeSandbox(), startOnlyOfficeSandbox(), createFolder()]);
});
afterEach(() => Promise.all([office.close(), portal.close(), folder.remove()]));

it('sends everything over the HTTP client of the host, and logs to its logger', async () => {
  await folder.write('filesource.yaml', `sources:\n  contacts: { provider: onoffice-address, apiUrl: ${office.apiUrl}, token: ${office.token}, secret: ${office.secret} }\n  documents: { provider: onlyoffice, baseUrl: ${portal.baseUrl}, apiKey: ${demoApiKeys[0].key} }\n`);
  const { status, stdout, stderr } = await runProgram('own-container', folder.path);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^contacts:1237 holds [1-9]\d* bytes$/m);
  expect(stdout).toMatch(/^documents:@my holds [1-9]\d* bytes$/m);
  const sent = office.requests.length + portal.requests.length;
  expect(stdout).toContain(`${sent} exchanges on undici; 2 listings logged`);
  // axios names itself filesource, undici sends no name at all.
  for (const { headers } of [...office.requests, ...portal.requests]) expect(headers['user-agent']).toBeUndefined();
  while (office.openConnections + portal.openConnections > 0) await new Promise((resolve) => setTimeout(resolve, 5));
});
