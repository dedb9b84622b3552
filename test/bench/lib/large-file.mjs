import { join } from 'node:path';
import { writeLargeFile } from './bytes.mjs';
import { startFileServer } from './file-server.mjs';
import { asTold, filesource, script, writeConfig } from './filesource.mjs';
import { checkPull, checkTree } from './trees.mjs';
import { startVendor } from './vendor.mjs';

const MiB = 2 ** 20;
/** The folder that stands for a bucket to a client of S3. */
const bucket = 'bucket';

/** One large file of an appointment: the vendor's link leads to the very server that the peers fetch from. */
async function prepare(world, scheme) {
  const root = await world.folder('served');
  const folder = await world.folder(`served/${bucket}`);
  const size = world.size(1024 * MiB, 4 * MiB);
  const name = 'large-00000.bin';
  const expected = new Map([[name, await writeLargeFile(join(folder, name), size)]]);
  const server = await startFileServer(world, root);
  const base = scheme === 'https' ? server.httpsUrl : server.httpUrl;
  const { requests: _, ...account } = await startVendor(world, 'onoffice', { folders: [{ id: 1, count: 1, size, prefix: 'large-', url: `${base}/${bucket}` }] });
  await writeConfig(world.home, { appointments: { provider: 'onoffice-appointment', ...account, allowHosts: ['127.0.0.1'] } });
  return { expected, name, base, url: `${base}/${bucket}/${name}`, filesSdk: world.peers.found.get('files-sdk')?.path, caFile: server.caFile, receipt: join(world.home, 'receipt.json'), requests: server.requests };
}

/** A workload of one large file against `curl > file`, by plain HTTP or HTTPS. */
export function largeFile({ scheme, ...about }) {
  const trusted = ({ caFile }) => (scheme === 'https' ? { NODE_EXTRA_CA_CERTS: caFile } : {});
  const authority = ({ caFile }) => (scheme === 'https' ? [`--cacert`, caFile] : []);
  return {
    ...about,
    peer: 'curl',
    needs: ['bash', 'curl', ...(scheme === 'https' ? ['openssl'] : [])],
    notes: ['Ours is the whole command, start-up, listing and link included; requests are those for the bytes. node:http(s) is the floor on Node, and with 4 ranges what those would bring.'],
    goals: [{ kind: 'speed', against: 'curl', limit: 0.7 }],
    prepare: (world) => prepare(world, scheme),
    check: ({ stage, place }) => checkTree(place, stage.expected),
    contestants: {
      ours: {
        title: 'filesource pull',
        run: ({ stage, place, measure }) => measure(filesource('pull', 'appointments:1', '--to', place, '--receipt', stage.receipt), { env: trusted(stage) }),
        check: checkPull,
      },
      pullOnly: {
        title: 'ours, without start-up',
        run: async ({ stage, place, measure }) => asTold(await measure(script('inside/pull.mjs', 'appointments:1', place, stage.receipt, 8), { env: trusted(stage) })),
        check: checkPull,
      },
      curl: {
        title: 'curl > file',
        run: ({ stage, place, measure }) => measure(['bash', '-c', 'curl -sf "${@:2}" > "$1"', 'bash', join(place, stage.name), stage.url, ...authority(stage)]),
      },
      floor: {
        title: 'node:http(s), 1 MiB a write, SHA-256',
        run: ({ stage, place, measure }) => measure(script('peers/node-get.mjs', stage.url, join(place, stage.name), 1), { env: trusted(stage) }),
      },
      ranges: {
        title: 'the same in 4 ranges at once',
        run: ({ stage, place, measure }) => measure(script('peers/node-get.mjs', stage.url, join(place, stage.name), 4), { env: trusted(stage) }),
      },
      axios: {
        title: 'axios, stream piped to a file',
        needs: ['axios'],
        run: ({ stage, place, measure }) => measure(script('peers/axios-get.mjs', stage.url, join(place, stage.name)), { env: trusted(stage) }),
      },
      rclone: {
        title: 'rclone copyurl',
        needs: ['rclone'],
        run: ({ stage, place, measure }) => measure(['rclone', 'copyurl', '--config', '/dev/null', ...(scheme === 'https' ? ['--ca-cert', stage.caFile] : []), stage.url, join(place, stage.name)]),
      },
      aria2c: {
        title: 'aria2c -x4',
        needs: ['aria2c'],
        run: ({ stage, place, measure }) => measure(['aria2c', '-q', '-x4', '-s4', '--file-allocation=none', '-d', place, '-o', stage.name, ...(scheme === 'https' ? [`--ca-certificate=${stage.caFile}`] : []), stage.url]),
      },
      filesSdk: {
        title: 'files-sdk, S3 adapter on fetch',
        needs: ['files-sdk'],
        run: ({ stage, place, measure }) => measure(script('peers/files-sdk-get.mjs', stage.filesSdk, stage.base, bucket, stage.name, join(place, stage.name)), { env: trusted(stage) }),
      },
    },
  };
}
