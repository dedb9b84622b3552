// The least that a pull of many files takes: the listing by the bare adapter, and the very proof, journal, groups and names of a pull. No call is
// bounded, repeated, limited or told of, and no file of an earlier run is looked for.
//   connections: each file over our connections, with nothing between.   adapter: each file opened by the bare adapter, through the policies of the HTTP port.
import { readFile, writeFile } from 'node:fs/promises';
import { argv } from 'node:process';
import { nodeHashing, systemPorts } from '../../../packages/container/dist/index.js';
import { Connections } from '../../../packages/http/dist/download/connections.js';
import { download } from '../../../packages/http/dist/download/download.js';
import { Journal } from '../../../packages/transfer/dist/pull/journal.js';
import { SmallFiles } from '../../../packages/transfer/dist/pull/small-files.js';
import { TargetDirectory } from '../../../packages/transfer/dist/local/target-directory.js';
import { onoffice } from '../../../adapters/onoffice/dist/index.js';
import { eachAtOnce } from '../peers/each-at-once.mjs';

const [, , base, folder, directory, receiptFile, atOnce, through] = argv;

/** That of the only source of the config. */
async function madeAdapter() {
  const [{ provider: name, ...settings }] = Object.values(JSON.parse(await readFile('filesource.json', 'utf8')).sources);
  const provider = onoffice.providers[name];
  return provider.create(provider.configSchema.parse(settings), { name: 'least', ports: systemPorts() });
}

async function listed() {
  const entries = [];
  for (let cursor; ; ) {
    const page = await adapter.listPage(folder, cursor === undefined ? {} : { cursor });
    entries.push(...page.items);
    cursor = page.cursor;
    if (cursor === undefined) return entries;
  }
}

const connectTimeoutMs = 15_000;
const adapter = await madeAdapter();
const target = await TargetDirectory.prepare(directory);
const journal = await Journal.open(target);
const smallFiles = new SmallFiles({ target, journal, hashing: nodeHashing });
const connections = new Connections({ maxKept: Number(atOnce), connectTimeoutMs });
const rows = [];
const saving = [];

const open = {
  connections: async ({ name }) => {
    const request = { url: `${base}/${name}`, headers: { 'user-agent': 'filesource', 'accept-encoding': 'identity' }, signal: undefined, maxHeaderBytes: 32_768, connectTimeoutMs };
    return download(request, connections);
  },
  adapter: ({ id }) => adapter.open({ folder, file: id }, {}),
}[through];

await eachAtOnce(await listed(), Number(atOnce), async (entry) => {
  const { name, size } = entry;
  const bytes = (await open(entry)).body.takeBytes();
  if (bytes.length !== size) throw new Error(`${name} has ${bytes.length} bytes in place of ${size}`);
  const file = { path: name, entry: { ...entry, ref: `least:${folder}/${entry.id}` } };
  smallFiles.expect(size);
  await new Promise((hasRoom, reject) => {
    saving.push(smallFiles.save(file, bytes, hasRoom).then(({ sha256 }) => rows.push({ ref: file.entry.ref, name, path: name, size, sha256, status: 'ok' }), reject));
  });
});
await Promise.all(saving);
await smallFiles.close();
await target.sync();
await writeFile(receiptFile, JSON.stringify({ files: rows }));
await journal.close('complete');
process.exit(0);
