// npm run test:n8n [-- --folder DIR]: installs a real n8n, and runs workflows with the package as it is published, end to end.
// A job of its own: minutes and gigabytes. With --folder n8n stays there for the next run; else everything is removed at the end.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { demoApiKeys, startOnlyOfficeSandbox, startOnOfficeSandbox } from '@filesource/sandbox';
import { buildPackage } from '../../packages/n8n-nodes-filesource/build.mjs';
import { createN8nInstance } from './instance.mjs';
import { installN8n, versions } from './install.mjs';
import { bulkDownload, listAndDownload, watchFolder } from './workflows.mjs';

const packageFolder = fileURLToPath(new URL('../../packages/n8n-nodes-filesource', import.meta.url));
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const { values } = parseArgs({ options: { folder: { type: 'string' } } });
const results = [];

function check(what, actual, expected) {
  const passed = JSON.stringify(actual) === JSON.stringify(expected);
  results.push(passed);
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${what}`);
  if (!passed) console.log(`       expected ${JSON.stringify(expected)}\n       got      ${JSON.stringify(actual)}`);
}

/** A server that keeps what workflows tell it. */
async function startEar() {
  const told = new Map();
  const waiting = [];
  const hear = async (request, response) => {
    const list = told.get(request.url) ?? [];
    told.set(request.url, [...list, await json(request)]);
    response.end('{}');
    for (const look of waiting) look();
  };
  const server = createServer((request, response) => void hear(request, response));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: (path) => `http://127.0.0.1:${server.address().port}${path}`,
    heard: (path, count) =>
      new Promise((enough) => {
        const look = () => (told.get(path)?.length ?? 0) >= count && enough(told.get(path));
        waiting.push(look);
        look();
      }),
    close: () => new Promise((closed) => server.close(closed)),
  };
}

async function downloads(n8n, { onOffice, onlyOffice }) {
  const stored = onOffice.store.addresses.files(1237);
  const items = await n8n.execute('contacts');
  check('onOffice: list, download and hash: every file of the folder', items.length, stored.length);
  check('onOffice: SHA-256 by n8n of each file is that of the vendor\'s bytes', items.map(({ json }) => json.hashedByN8n).sort(), stored.map(({ document }) => sha256(document.bytes())).sort());
  const files = onlyOffice.store.filesIn(101);
  const documents = await n8n.execute('documents');
  check('ONLYOFFICE: SHA-256 by n8n of each file is that of the vendor\'s bytes', documents.map(({ json }) => json.hashedByN8n).sort(), files.map(({ versions: all }) => sha256(all.at(-1).bytes)).sort());
}

async function bulk(url, ear, { onlyOffice }) {
  const started = Date.now();
  await fetch(`${url}/webhook/bulk`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
  const [[told], [entry]] = await Promise.all([ear.heard('/bulk', 1), ear.heard('/bulk/entry', 1)]);
  const waits = (await ear.heard('/bulk/wait', 1)).length;
  const rows = told.receipt.files;
  check('bulk download: complete by its receipt, every file with the SHA-256 of the vendor\'s bytes', [told.complete, rows.map(({ sha256: proven }) => proven)], [true, rows.map(({ ref }) => sha256(bytesOf(onlyOffice, ref)))]);
  check('bulk download: SHA-256 by n8n of the archive is the one that the node told', told.hashedByN8n, told.sha256);
  const named = rows.filter(({ path }) => path.split('/').at(-1) === entry.name).map(({ ref }) => sha256(bytesOf(onlyOffice, ref)));
  check('bulk download: SHA-256 by n8n of an entry that n8n unpacked is that of the vendor\'s bytes', named.includes(entry.hashedByN8n), true);
  check('bulk download: started once, through all waits', onlyOffice.requests.filter((request) => request.method === 'PUT' && request.url.includes('fileops/bulkdownload')).length, 1);
  check('bulk download: the execution waited more than once, and went on each time', waits >= 2, true);
  console.log(`       ${waits} waits in ${Math.round((Date.now() - started) / 1000)} s`);
}

function bytesOf(onlyOffice, ref) {
  return onlyOffice.store.file(Number(ref.split('/')[1])).versions.at(-1).bytes;
}

async function watched(ear, { onlyOffice }) {
  const file = onlyOffice.store.addFile(104, { title: 'brand new.txt', content: 'came while n8n was watching' });
  const told = await ear.heard('/watch', 1);
  check('trigger: tells the new file and no other, with its bytes', told.map(({ hashedByN8n, ref }) => [ref, hashedByN8n]), [[`onlyoffice:104/${file.id}`, sha256('came while n8n was watching')]]);
}

async function credentialTests(url, credentials) {
  const headers = { 'content-type': 'application/json' };
  const post = (path, body, cookie) => fetch(`${url}/rest/${path}`, { method: 'POST', headers: { ...headers, ...(cookie === undefined ? {} : { cookie }) }, body: JSON.stringify(body) });
  const setup = await post('owner/setup', { email: 'owner@example.com', firstName: 'Own', lastName: 'Er', password: 'Sandbox-Only-1' });
  const cookie = setup.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ');
  for (const credential of credentials) {
    const good = await (await post('credentials/test', { credentials: credential }, cookie)).json();
    check(`credential test of ${credential.type}: good`, good.data, { status: 'OK', message: 'Connection successful' });
  }
  const types = await (await fetch(`${url}/types/nodes.json`, { headers: { cookie } })).json();
  const ours = types.map(({ name }) => name).filter((name) => name.startsWith('n8n-nodes-filesource.'));
  check('n8n has the nodes, and the first as a tool', ours.sort(), ['n8n-nodes-filesource.fileSource', 'n8n-nodes-filesource.fileSourceTool', 'n8n-nodes-filesource.fileSourceTrigger']);
}

const work = await mkdtemp(join(tmpdir(), 'n8n-under-test-'));
const cleanUp = [() => rm(work, { recursive: true, force: true })];
try {
  const place = await installN8n(values.folder === undefined ? join(work, 'install') : resolve(values.folder));
  const { bytes } = await buildPackage();
  const sandboxes = { onOffice: await startOnOfficeSandbox(), onlyOffice: await startOnlyOfficeSandbox({ operationDurationMs: 75_000 }) };
  cleanUp.unshift(() => sandboxes.onOffice.close(), () => sandboxes.onlyOffice.close());
  const ear = await startEar();
  cleanUp.unshift(() => ear.close());
  const n8n = createN8nInstance(place, work);
  cleanUp.unshift(() => n8n.stop());
  await n8n.addPackage(packageFolder);

  const { onOffice, onlyOffice } = sandboxes;
  const data = {
    fileSourceOnofficeAddressApi: { apiUrl: onOffice.apiUrl, token: onOffice.token, secret: onOffice.secret },
    fileSourceOnlyofficeApi: { baseUrl: onlyOffice.baseUrl, apiKey: demoApiKeys[0].key },
  };
  const credentials = Object.entries(data).map(([type, inner]) => ({ id: type, name: type, type, data: inner }));
  await n8n.importAll('credentials', credentials);
  await n8n.importAll('workflow', [
    listAndDownload('contacts', 'fileSourceOnofficeAddressApi', 'onoffice-address', '1237'),
    listAndDownload('documents', 'fileSourceOnlyofficeApi', 'onlyoffice', '101'),
    bulkDownload('bulk', 'fileSourceOnlyofficeApi', 'onlyoffice', '101', ear.url('/bulk')),
    watchFolder('watch', 'fileSourceOnlyofficeApi', 'onlyoffice', '104', ear.url('/watch')),
  ]);
  await downloads(n8n, sandboxes);
  for (const id of ['bulk', 'watch']) await n8n.run('update:workflow', `--id=${id}`, '--active=true');
  const { url, log } = await n8n.start();
  await credentialTests(url, credentials);
  const stop = new AbortController();
  const stalled = wait(600_000, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`nothing more comes from n8n\n${log()}`);
  });
  await Promise.race([stalled, Promise.all([bulk(url, ear, sandboxes), watched(ear, sandboxes)])]);
  stop.abort();
  await stalled.catch(() => undefined);
  console.log(`n8n ${versions.n8n} on Node ${versions.node}, bundle of ${Math.round(bytes / 1024)} KiB, ${new Date().toISOString().slice(0, 10)}`);
} finally {
  for (const step of cleanUp) await step();
}
const failed = results.filter((passed) => !passed).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 && results.length > 0 ? 0 : 1);
