import { join } from 'node:path';
import { writeDeflatedZip } from './archives.mjs';
import { startFileServer } from './file-server.mjs';
import { asTold, filesource, script, writeConfig } from './filesource.mjs';
import { checkPull, checkTree } from './trees.mjs';
import { startVendor } from './vendor.mjs';

/** Folders of files at a scripted portal, and the archive that its bulk download redirects to. */
async function prepare(world, { folders, filesInFolder, bytes, bytesPerSecond }) {
  const root = await world.folder('served');
  const inner = Array.from({ length: folders }, (_, index) => ({ id: 10 + index, title: `Ordner ${index}`, parent: 1, count: filesInFolder, size: bytes, prefix: `f${String(index).padStart(3, '0')}-`, ending: '.txt' }));
  const nameOf = (folder, file) => `${inner[folder].title}/${inner[folder].prefix}${String(file).padStart(5, '0')}.txt`;
  const expected = await writeDeflatedZip(join(root, 'bundle.zip'), { folders, filesInFolder, size: bytes, nameOf });
  const server = await startFileServer(world, root, { bytesPerSecond });
  const url = `${server.httpUrl}/bundle.zip`;
  const { requests: vendorRequests, baseUrl } = await startVendor(world, 'onlyoffice', { folders: [{ id: 1, title: 'Alles', count: 0 }, ...inner], archives: { 1: url } });
  await writeConfig(world.home, { documents: { provider: 'onlyoffice', baseUrl, apiKey: 'sk-bench', generation: 'workspace', allowHosts: ['127.0.0.1'] } });
  return { expected, url, baseUrl, receipt: join(world.home, 'receipt.json'), requests: async () => (await server.requests()) + (await vendorRequests()) };
}

/**
 * A workload of one archive of many files, against `curl` and then `bsdtar -xf`.
 * - `bytesPerSecond`: what each connection brings at most. `limit`: how fast ours has to be; default: no goal. `contestants`: their keys; default: all.
 */
export function bulkArchive({ folders, filesInFolder, smokeFiles, bytes, bytesPerSecond, limit, contestants, ...about }) {
  /** The download lies beside the target, and is gone before the tree is looked at. */
  const fetchThen = (unpack) => ['bash', '-c', `curl -sf "$1" > "$2.zip" && mkdir -p "$2" && ${unpack}; status=$?; rm -f "$2.zip"; exit $status`, 'bash'];
  return {
    ...about,
    peer: 'bsdtar',
    needs: ['bash', 'curl', 'bsdtar'],
    notes: [
      '`filesource archive` is the whole command: start-up, listing all files (what the proof is held against), starting the operation, and at least one wait of 25 ms for its end.',
      ...(contestants === undefined ? ['The second line is what the peer does and no more, measured inside the process.'] : []),
    ],
    goals: limit === undefined ? [] : [
      { kind: 'speed', against: 'bsdtar', limit },
      { kind: 'speed', of: 'fetchOnly', against: 'bsdtar', limit },
    ],
    prepare: (world) => prepare(world, { folders: world.size(folders, 2), filesInFolder: world.size(filesInFolder, smokeFiles), bytes, bytesPerSecond }),
    check: ({ stage, place }) => checkTree(place, stage.expected),
    contestants: only(contestants, {
      ours: {
        title: 'filesource archive --extract',
        run: ({ stage, place, measure }) => measure(filesource('archive', 'documents:1', '--extract', place, '--receipt', stage.receipt)),
        check: checkPull,
      },
      fetchOnly: {
        title: 'ours, from the end of the operation',
        run: async ({ stage, place, measure }) => asTold(await measure(script('inside/fetch-archive.mjs', stage.baseUrl, place, stage.receipt))),
        check: checkPull,
      },
      bsdtar: {
        title: 'curl, then bsdtar -xf',
        run: ({ stage, place, measure }) => measure([...fetchThen('bsdtar -xf "$2.zip" -C "$2"'), stage.url, join(place, 'out')]),
      },
      piped: {
        title: 'curl | bsdtar -xf -',
        run: ({ stage, place, measure }) => measure(['bash', '-c', 'set -o pipefail; curl -sf "$1" | bsdtar -xf - -C "$2"', 'bash', stage.url, place]),
      },
      unzip: {
        title: 'curl, then unzip',
        needs: ['unzip'],
        run: ({ stage, place, measure }) => measure([...fetchThen('unzip -q "$2.zip" -d "$2"'), stage.url, join(place, 'out')]),
      },
    }),
  };
}

function only(keys, contestants) {
  return keys === undefined ? contestants : Object.fromEntries(keys.map((key) => [key, contestants[key]]));
}
