import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesource, script, writeConfig } from '../lib/filesource.mjs';
import { checkPull, checkTree } from '../lib/trees.mjs';
import { startVendor } from '../lib/vendor.mjs';

const first = 2000;
const filesEach = 100;

async function prepare(world) {
  const [count, files] = [world.size(10, 2), world.size(filesEach, 5)];
  const { requests, apiUrl, token, secret, digests } = await startVendor(world, 'sandbox', { latencyMs: 50, addresses: { first, count, files, size: 100 * 1024 } });
  const account = { apiUrl, token, secret };
  await writeConfig(world.home, { contacts: { provider: 'onoffice-address', ...account } });
  const ids = Array.from({ length: count }, (_, index) => first + index);
  const settings = join(world.home, 'contents.json');
  const names = Object.keys(digests);
  const all = ids.flatMap((addressid, index) => Array.from({ length: files }, (_, file) => ({ addressid, fileid: addressid * 1000 + file, name: names[index * files + file] })));
  await writeFile(settings, JSON.stringify({ account, files: all }));
  return { settings, refs: ids.map((id) => `contacts:${id}`), expected: new Map(Object.entries(digests)), receipt: join(world.home, 'receipt.json'), requests };
}

const pullAt = (concurrency) => ({
  title: `filesource pull${concurrency === undefined ? '' : ` --concurrency ${concurrency}`}`,
  run: ({ stage, place, measure }) => measure(filesource('pull', ...stage.refs, '--to', place, '--receipt', stage.receipt, ...(concurrency === undefined ? [] : ['--concurrency', String(concurrency)]))),
  check: checkPull,
});

export const workload = {
  order: 8,
  name: 'address-contents',
  title: 'contents of 1,000 address files of 100 KiB, 50 ms latency',
  needs: ['bash', 'axios'],
  peer: 'naive',
  notes: ['Ours is the whole command and lists the 10 addresses first; the peer is told which files there are, and keeps no proof.'],
  goals: [{ kind: 'speed', against: 'naive', limit: 3 }],
  prepare,
  check: ({ stage, place }) => checkTree(place, stage.expected),
  contestants: {
    ours: pullAt(undefined),
    oursAt50: pullAt(50),
    naive: {
      title: 'axios, one request a file, 8 at once',
      run: ({ stage, place, measure }) => measure(script('peers/address-contents.mjs', stage.settings, place)),
    },
  },
};
