import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { writeSparseZip } from '../lib/archives.mjs';
import { writeLargeFile } from '../lib/bytes.mjs';
import { startFileServer } from '../lib/file-server.mjs';
import { filesource, writeConfig } from '../lib/filesource.mjs';
import { checkPull, WrongBytes } from '../lib/trees.mjs';
import { startVendor } from '../lib/vendor.mjs';

const MiB = 2 ** 20;

/** Large and little ones of each kind: what grows with the size shows. The archive is mostly holes, so that it takes no room here. */
async function prepare(world) {
  const root = await world.folder('served');
  const sizes = { large: world.size(1024, 24) * MiB, little: world.size(64, 1) * MiB };
  const digests = {};
  for (const [kind, size] of Object.entries(sizes)) digests[kind] = await writeLargeFile(join(root, `${kind}-00000.bin`), size);
  const archives = { large: { id: 1, count: world.size(world.gib, 2), size: world.size(1024, 16) * MiB }, little: { id: 2, count: 2, size: world.size(64, 1) * MiB } };
  const entries = {};
  for (const [kind, archive] of Object.entries(archives)) entries[kind] = await writeSparseZip(join(root, `${kind}.zip`), { ...archive, nameOf: (index) => `${kind}-${String(index).padStart(5, '0')}.bin` });
  const server = await startFileServer(world, root);
  const folders = Object.entries(sizes).map(([kind, size], index) => ({ id: index + 1, count: 1, size, prefix: `${kind}-`, url: server.httpUrl }));
  const { requests: _, ...account } = await startVendor(world, 'onoffice', { folders });
  const portal = await startVendor(world, 'onlyoffice', {
    folders: Object.entries(archives).map(([kind, { id, count, size }]) => ({ id, title: kind, count, size, prefix: `${kind}-`, ending: '.bin' })),
    archives: { 1: `${server.httpUrl}/large.zip`, 2: `${server.httpUrl}/little.zip` },
  });
  await writeConfig(world.home, {
    appointments: { provider: 'onoffice-appointment', ...account, allowHosts: ['127.0.0.1'] },
    documents: { provider: 'onlyoffice', baseUrl: portal.baseUrl, apiKey: 'sk-bench', generation: 'workspace', allowHosts: ['127.0.0.1'] },
  });
  return { digests, entries, receipt: join(world.home, 'receipt.json'), requests: server.requests };
}

const pulled = (kind, id) => ({
  title: `filesource pull, ${kind}`,
  run: ({ stage, place, measure }) => measure(filesource('pull', `appointments:${id}`, '--to', place, '--receipt', stage.receipt)),
  check: ({ stage, place }) => checkPull({ place, stage: { ...stage, expected: new Map([[`${kind}-00000.bin`, stage.digests[kind]]]) } }),
});
const kept = (kind, id) => ({
  title: `filesource archive --to, ${kind}`,
  onDisk: true,
  run: ({ stage, place, measure }) => measure(filesource('archive', `documents:${id}`, '--to', join(place, 'a.zip'), '--receipt', stage.receipt)),
  check: async ({ stage }) => {
    const { complete, files } = JSON.parse(await readFile(stage.receipt, 'utf8'));
    const isRight = complete && files.length === stage.entries[kind].size && files.every(({ path, sha256 }) => stage.entries[kind].get(path) === sha256);
    if (!isRight) throw new WrongBytes(`the receipt of the archive is not right, complete: ${complete}`);
  },
});
const extracted = (kind, id) => ({
  title: `filesource archive --extract, ${kind}`,
  onDisk: true,
  run: ({ stage, place, measure }) => measure(filesource('archive', `documents:${id}`, '--extract', place, '--receipt', stage.receipt)),
  check: ({ stage, place }) => checkPull({ place, stage: { ...stage, expected: stage.entries[kind] } }),
});

const contestants = {
  pullLarge: pulled('large', 1),
  pullLittle: pulled('little', 2),
  keepLarge: kept('large', 1),
  keepLittle: kept('little', 2),
  extractLarge: extracted('large', 1),
  extractLittle: extracted('little', 2),
};

export const workload = {
  order: 11,
  name: 'memory',
  title: '1 GiB pull, 10 GiB archive: memory',
  needs: ['bash'],
  mostRounds: 1,
  notes: ['Little: a file of 64 MiB, an archive of 128 MiB, so that buffers are full in both. Archives go to a disk, not to memory; --gib sets the size of the large one. Flat: at most 32 MiB between little and large.'],
  goals: ['pull', 'keep', 'extract'].flatMap((road) => [
    { kind: 'most', of: `${road}Large`, metric: 'peakMiB', limit: 150 },
    { kind: 'growth', of: `${road}Large`, against: `${road}Little`, metric: 'peakMiB', limit: 32 },
  ]),
  prepare,
  contestants,
};
