import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { demoApiKeys, parseFault, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnOfficeSandbox } from '@filesource/sandbox';
import { createFolder, startProgram, type Folder } from './run-program.ts';

let office: OnOfficeSandbox;
let portal: OnlyOfficeSandbox;
let folder: Folder;
beforeEach(async () => {
  [office, portal, folder] = await Promise.all([startOnOfficeSandbox({ faults: [parseFault('stall:at=1,times=1,on=content')] }), startOnlyOfficeSandbox(), createFolder()]);
});
afterEach(() => Promise.all([office.close(), portal.close(), folder.remove()]));

/** As an editor saves: another file takes the place of the old one. */
async function rewrite(text: string): Promise<void> {
  await folder.write('new.yaml', text);
  await rename(join(folder.path, 'new.yaml'), join(folder.path, 'filesource.yaml'));
}

it('follows its config, keeps the old sources for a wrong one, and lets running transfers end', async () => {
  const onOffice = `sources:\n  files: { provider: onoffice-appointment, apiUrl: ${office.apiUrl}, token: ${office.token}, secret: ${office.secret} }\n`;
  const onlyOffice = `sources:\n  files: { provider: onlyoffice, baseUrl: ${portal.baseUrl}, apiKey: ${demoApiKeys[0].key} }\n`;
  await folder.write('filesource.yaml', onOffice);
  const program = startProgram('swap-at-run-time', folder.path);
  const say = (line: string): boolean => program.child.stdin.write(`${line}\n`);

  await program.seen('ready');
  say('list 247');
  await program.seen('onoffice-appointment ');
  say('get 247/3247');
  await program.seen('getting 247/3247 from onoffice-appointment');

  await rewrite(onlyOffice.replace('baseUrl', 'baseUlr'));
  await program.seen('the old sources stay: filesource.yaml');
  await program.seen('did you mean baseUrl?');
  say('list 248');

  await rewrite(onlyOffice);
  await program.seen('now onlyoffice');
  say('list @my');
  await program.seen('onlyoffice ');
  // The body fell silent, so the transfer outlasts the swap; once its connection is broken, it is continued.
  office.faults.set([{ kind: 'restart', times: 1 }]);
  await expect(fetch(office.apiUrl, { method: 'POST' })).rejects.toThrow();
  await program.seen('got ');
  program.child.stdin.end();

  const { status, stdout, stderr } = await program.ended;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^got [1-9]\d* bytes from onoffice-appointment$/m);
  expect(stdout.indexOf('got ')).toBeGreaterThan(stdout.indexOf('now onlyoffice'));
  while (office.openConnections + portal.openConnections > 0) await new Promise((resolve) => setTimeout(resolve, 5));
});
