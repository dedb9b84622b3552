// The main job, end to end, against both vendors' servers on this machine: list, link, pull, bulk download, proof.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demoApiKeys, startOnlyOfficeSandbox, startOnOfficeSandbox } from '../packages/sandbox/dist/index.js';

const cli = fileURLToPath(new URL('../packages/cli/bin/filesource.js', import.meta.url));

/** Runs one command as an operator would, shows it, and gives what it printed. */
async function filesource(directory, args, { quiet = false } = {}) {
  process.stdout.write(`\n$ filesource ${args.join(' ')}\n`);
  const child = spawn(process.execPath, [cli, ...args], { cwd: directory, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...credentials } });
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    if (!quiet) process.stdout.write(chunk);
  }
  const status = await new Promise((resolve) => {
    if (child.exitCode === null) child.once('exit', resolve);
    else resolve(child.exitCode);
  });
  if (status !== 0) throw new Error(`filesource ${args[0]} ended with status ${status}`);
  return output;
}

/** The receipt is held against the disk: what it claims is computed again from the bytes. */
async function verifyOnDisk(directory, receipt) {
  let verified = 0;
  for (const file of receipt.files) {
    const bytes = await readFile(join(directory, file.path));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (file.status !== 'ok' || bytes.length !== file.size || sha256 !== file.sha256) throw new Error(`${file.ref} is not what the receipt says`);
    verified += 1;
  }
  return verified;
}

const onOffice = await startOnOfficeSandbox();
const onlyOffice = await startOnlyOfficeSandbox({ generation: 'docspace' });
const credentials = { ONOFFICE_TOKEN: onOffice.token, ONOFFICE_SECRET: onOffice.secret, ONLYOFFICE_API_KEY: demoApiKeys[0].key };
const directory = await mkdtemp(join(tmpdir(), 'filesource-demo-'));
const startedMs = Date.now();
try {
  await writeFile(
    join(directory, 'filesource.yaml'),
    `sources:
  contacts:
    provider: onoffice-address
    apiUrl: ${onOffice.apiUrl}
    token: \${ONOFFICE_TOKEN}
    secret: \${ONOFFICE_SECRET}
  appointments:
    provider: onoffice-appointment
    apiUrl: ${onOffice.apiUrl}
    token: \${ONOFFICE_TOKEN}
    secret: \${ONOFFICE_SECRET}
  documents:
    provider: onlyoffice
    baseUrl: ${onlyOffice.baseUrl}
    apiKey: \${ONLYOFFICE_API_KEY}
`,
  );
  await filesource(directory, ['sources']);
  await filesource(directory, ['list', 'contacts:1237', '--limit', '5']);
  await filesource(directory, ['link', 'contacts:1237', '--language', 'DEU']);

  const pulled = [];
  for (const refs of [['contacts:1237', 'contacts:1240'], ['appointments:247', 'appointments:250'], ['documents:@my']]) {
    const source = refs[0].split(':')[0];
    const target = join(directory, `${source}-files`);
    const receiptFile = join(directory, `${source}.receipt.json`);
    const before = Date.now();
    await filesource(directory, ['pull', ...refs, '--to', target, '--receipt', receiptFile], { quiet: true });
    const receipt = JSON.parse(await readFile(receiptFile, 'utf8'));
    pulled.push({ source, road: 'pull', files: receipt.files.length, MiB: mebibytes(receipt), verified: await verifyOnDisk(target, receipt), seconds: secondsSince(before) });
  }
  for (const ref of ['contacts:1237', 'appointments:247', 'documents:@my']) {
    const source = ref.split(':')[0];
    const receiptFile = join(directory, `${source}.archive.json`);
    const before = Date.now();
    await filesource(directory, ['archive', ref, '--to', join(directory, `${source}.zip`), '--receipt', receiptFile], { quiet: true });
    const receipt = JSON.parse(await readFile(receiptFile, 'utf8'));
    const verified = receipt.files.filter((file) => file.status === 'ok' && file.sha256 !== null).length;
    pulled.push({ source, road: 'archive', files: receipt.files.length, MiB: mebibytes(receipt), verified, seconds: secondsSince(before) });
  }
  process.stdout.write('\n');
  console.table(pulled);
  const lost = pulled.filter((row) => row.files === 0 || row.verified !== row.files);
  if (lost.length > 0) throw new Error(`not every file was verified: ${lost.map((row) => row.source).join(', ')}`);
  process.stdout.write(`Every file of every source was verified, in ${secondsSince(startedMs)} s.\n`);
} finally {
  await Promise.all([onOffice.close(), onlyOffice.close()]);
  await rm(directory, { recursive: true, force: true });
}

function mebibytes(receipt) {
  return Number((receipt.files.reduce((sum, file) => sum + (file.size ?? 0), 0) / 2 ** 20).toFixed(1));
}

function secondsSince(ms) {
  return Number(((Date.now() - ms) / 1000).toFixed(1));
}
