import { join } from 'node:path';
import { writeLargeFile } from '../lib/bytes.mjs';
import { startFileServer } from '../lib/file-server.mjs';
import { filesource, writeConfig } from '../lib/filesource.mjs';
import { checkPull, checkTree } from '../lib/trees.mjs';
import { startVendor } from '../lib/vendor.mjs';

const MiB = 2 ** 20;

async function prepare(world) {
  const root = await world.folder('served');
  const size = world.size(160 * MiB, 4 * MiB);
  const name = 'large-00000.bin';
  const expected = new Map([[name, await writeLargeFile(join(root, name), size)]]);
  const server = await startFileServer(world, root, { bytesPerSecond: 8 * MiB });
  const { requests: _, ...account } = await startVendor(world, 'onoffice', { folders: [{ id: 1, count: 1, size, prefix: 'large-', url: server.httpUrl }] });
  await writeConfig(world.home, { appointments: { provider: 'onoffice-appointment', ...account, allowHosts: ['127.0.0.1'] } });
  return { expected, name, url: `${server.httpUrl}/${name}`, receipt: join(world.home, 'receipt.json'), requests: server.requests };
}

const oursAt = (concurrency) => ({
  title: `filesource pull --concurrency ${concurrency}`,
  run: ({ stage, place, measure }) => measure(filesource('pull', 'appointments:1', '--to', place, '--receipt', stage.receipt, '--concurrency', String(concurrency))),
  check: checkPull,
});

export const workload = {
  order: 2.5,
  name: 'slow-connections',
  title: '160 MiB file from a server whose connections bring 8 MiB a second each',
  peer: 'curl',
  needs: ['bash', 'curl'],
  notes: ['Ours looks at one connection for three seconds, and then takes several ranges at once where no other file waits for a place; with a concurrency of 1 it takes one connection.'],
  goals: [],
  prepare,
  check: ({ stage, place }) => checkTree(place, stage.expected),
  contestants: {
    ours: oursAt(8),
    oursAlone: oursAt(1),
    curl: {
      title: 'curl > file',
      run: ({ stage, place, measure }) => measure(['bash', '-c', 'curl -sf "$2" > "$1"', 'bash', join(place, stage.name), stage.url]),
    },
    rclone: {
      title: 'rclone copyurl',
      needs: ['rclone'],
      run: ({ stage, place, measure }) => measure(['rclone', 'copyurl', '--config', '/dev/null', stage.url, join(place, stage.name)]),
    },
    aria2c: {
      title: 'aria2c -x4',
      needs: ['aria2c'],
      run: ({ stage, place, measure }) => measure(['aria2c', '-q', '-x4', '-s4', '--file-allocation=none', '-d', place, '-o', stage.name, stage.url]),
    },
  },
};
