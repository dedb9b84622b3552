import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { demoApiKeys, demoIds, smallFiles, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnOfficeSandbox } from '@filesource/sandbox';
import { build } from 'esbuild';

let onOffice: OnOfficeSandbox;
let onlyOffice: OnlyOfficeSandbox;
let directory: string;
beforeAll(async () => {
  [onOffice, onlyOffice, directory] = await Promise.all([startOnOfficeSandbox(), startOnlyOfficeSandbox(), mkdtemp(join(tmpdir(), 'filesource-bundled-'))]);
});
afterAll(() => Promise.all([onOffice.close(), onlyOffice.close(), rm(directory, { recursive: true, force: true })]));

/** What a host would bundle: a large file, small ones, and an archive. */
const program = `
import { createFileSources, nodeHashing, systemClock } from '@filesource/container';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { fetchArchive, pull } from '@filesource/transfer';

const { config, directory, folder } = JSON.parse(process.argv[2]);
const found = { threads: 0, failures: [] };
process.on('worker', (worker) => {
  found.threads += 1;
  worker.on('error', (error) => found.failures.push(String(error)));
});
const shared = { clock: systemClock, hashing: nodeHashing };
async function run() {
  const sources = await createFileSources({ config, adapters: [onoffice, onlyoffice] });
  const pulled = await pull({ sources, refs: ['appointments:250', 'appointments:248'], directory: directory + '/files', ...shared });
  const archived = await fetchArchive({ source: sources.get('documents'), refs: [folder], to: { directory: directory + '/archive' }, ...shared });
  await sources.close();
  console.log(JSON.stringify({ ...found, complete: [pulled.complete, archived.complete] }));
}
void run();
`;

it.each([{}, { keepNames: true }, { minify: true, keepNames: true, target: 'es2017' }])('threads run from a bundle that is made with %j', async (options) => {
  const outfile = join(directory, 'host.cjs');
  await build({ ...options, stdin: { contents: program, resolveDir: fileURLToPath(new URL('..', import.meta.url)) }, outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
  const { id } = onlyOffice.store.addFolder(demoIds.my, { title: 'Many' });
  for (const document of smallFiles(500, { size: 400 })) onlyOffice.store.addFile(id, { title: document.name, content: document.bytes() });
  const sources = {
    appointments: { provider: 'onoffice-appointment', apiUrl: onOffice.apiUrl, token: onOffice.token, secret: onOffice.secret },
    documents: { provider: 'onlyoffice', baseUrl: onlyOffice.baseUrl, apiKey: demoApiKeys[0].key },
  };
  const given = { config: { sources }, directory: join(directory, String(id)), folder: String(id) };
  // Has two processors also where there is one.
  const preload = join(directory, 'processors.cjs');
  await writeFile(preload, "require('node:os').availableParallelism = () => 2;\n");
  const { stdout } = await promisify(execFile)(process.execPath, ['--require', preload, outfile, JSON.stringify(given)]);
  const found = JSON.parse(stdout) as { readonly threads: number; readonly failures: readonly string[]; readonly complete: readonly boolean[] };
  expect(found).toMatchObject({ failures: [], complete: [true, true] });
  expect(found.threads).toBeGreaterThanOrEqual(3);
});
