import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { asTold, filesource, script, writeConfig } from '../lib/filesource.mjs';
import { WrongBytes } from '../lib/trees.mjs';
import { startVendor } from '../lib/vendor.mjs';

const first = 2000;

async function prepare(world) {
  const count = world.size(500, 20);
  const { requests, apiUrl, token, secret, digests } = await startVendor(world, 'sandbox', { latencyMs: 50, addresses: { first, count, files: 4, size: 64 } });
  const account = { apiUrl, token, secret };
  await writeConfig(world.home, { contacts: { provider: 'onoffice-address', ...account } });
  const ids = Array.from({ length: count }, (_, index) => first + index);
  return { account, ids, names: Object.keys(digests).sort(), receipt: join(world.home, 'receipt.json'), requests };
}

function same(names, seen) {
  if (createHash('sha256').update(JSON.stringify(names)).digest('hex') !== seen) throw new WrongBytes('other files were listed than the addresses have');
}

export const workload = {
  order: 7,
  name: 'list-addresses',
  title: 'files of 500 addresses listed, 50 ms latency',
  needs: ['bash', 'axios'],
  peer: 'naive',
  notes: ['The first and the last are measured inside their processes, start-up left out; the dry run is the whole command.'],
  goals: [
    { kind: 'speed', against: 'naive', limit: 8 },
    { kind: 'most', metric: 'requests', limit: 30 },
    { kind: 'speed', of: 'dryRun', against: 'naive', limit: 8 },
    { kind: 'most', of: 'dryRun', metric: 'requests', limit: 30 },
  ],
  prepare,
  check: ({ stage, measured }) => same(stage.names, measured.names),
  contestants: {
    ours: {
      title: 'ours, list() of each',
      run: async ({ stage, measure }) => asTold(await measure(script('inside/list-addresses.mjs', JSON.stringify(stage.ids)))),
    },
    dryRun: {
      title: 'filesource pull --dry-run',
      run: ({ stage, place, measure }) => measure(filesource('pull', ...stage.ids.map((id) => `contacts:${id}`), '--dry-run', '--to', place, '--receipt', stage.receipt)),
      check: async ({ stage }) => {
        const { files } = JSON.parse(await readFile(stage.receipt, 'utf8'));
        same(stage.names, createHash('sha256').update(JSON.stringify(files.map(({ name }) => name).sort())).digest('hex'));
      },
    },
    naive: {
      title: 'axios, one request an address, 8 at once',
      run: async ({ stage, measure }) => asTold(await measure(script('peers/list-addresses.mjs', JSON.stringify({ account: stage.account, ids: stage.ids })))),
    },
  },
};
