// The contents of many address files, one request a file, eight at a time. It is told which files there are, and lists nothing.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { argv } from 'node:process';
import { eachAtOnce } from './each-at-once.mjs';
import { callOnOffice } from './onoffice-call.mjs';

const [, , settingsFile, directory] = argv;
const { account, files } = JSON.parse(await readFile(settingsFile, 'utf8'));
await eachAtOnce(files, 8, async ({ addressid, fileid, name }) => {
  const [{ elements }] = await callOnOffice(account, { addressid, fileid });
  await writeFile(join(directory, name), Buffer.from(elements.content, 'base64'));
});
