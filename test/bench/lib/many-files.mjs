import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundled } from './bundled.mjs';
import { bytesOf, sha256Of } from './bytes.mjs';
import { startFileServer } from './file-server.mjs';
import { asTold, filesource, script, writeConfig } from './filesource.mjs';
import { checkPull, checkTree } from './trees.mjs';
import { startVendor } from './vendor.mjs';

/** Many files of one appointment; listing them comes in pages, and each has a link to the server that the peers fetch from. */
async function prepare(world, { files, bytes }) {
  const served = await world.folder('served');
  const root = await world.folder('served/files');
  const [count, size] = [world.size(files, 40), bytes];
  const names = Array.from({ length: count }, (_, index) => `f-${String(index).padStart(5, '0')}.bin`);
  const expected = new Map();
  for (const [index, name] of names.entries()) {
    const content = bytesOf(index, size);
    expected.set(name, sha256Of(content));
    await writeFile(join(root, name), content);
  }
  const server = await startFileServer(world, served);
  const base = `${server.httpUrl}/files`;
  const lists = { names: join(world.home, 'names.json'), urls: join(world.home, 'urls.txt'), curl: join(world.home, 'curl.txt') };
  await writeFile(lists.names, JSON.stringify(names));
  await writeFile(lists.urls, names.map((name) => `${base}/${name}\n`).join(''));
  await writeFile(lists.curl, names.map((name) => `url = "${base}/${name}"\nremote-name\n`).join(''));
  const { requests: vendorRequests, ...account } = await startVendor(world, 'onoffice', { folders: [{ id: 1, count, size, prefix: 'f-', url: base }] });
  await writeConfig(world.home, { appointments: { provider: 'onoffice-appointment', ...account, allowHosts: ['127.0.0.1'] } });
  const requests = async () => (await server.requests()) + (await vendorRequests());
  const least = await bundled('inside/least-pull.mjs', world.home);
  return { expected, base, server, lists, least, receipt: join(world.home, 'receipt.json'), requests };
}

/** A workload of many small files against `rclone copy --transfers 16`. */
export function manyFiles({ files, bytes, limit, ...about }) {
  const oursAt = (concurrency) => ({
    title: `filesource pull --concurrency ${concurrency}`,
    run: ({ stage, place, measure }) => measure(filesource('pull', 'appointments:1', '--to', place, '--receipt', stage.receipt, '--concurrency', String(concurrency))),
    check: checkPull,
  });
  return {
    ...about,
    peer: 'rclone',
    needs: ['bash', 'rclone'],
    notes: [
      'Ours is the whole command: start-up, listing with the link of each file, journal, atomic names, SHA-256 and receipt. rclone lists one page of links and asks for the size of each file.',
      'Sockets of Node: the floor on Node, with the names given: a request as text, an answer whose length is looked for, one hash, one write and one rename a file, all on one thread; node:http does the same by its client. Neither forces anything to the disk, notes it, or could tell a bad answer from a good one.',
      'Without any layer: a process of its own, bundled as the command line is, that lists by the bare adapter, fetches over our connections, and writes, hashes, names and notes as a pull does. Nothing is bounded, repeated, limited, checked or told of, and nobody plans where a file goes. By the adapter: each file is opened by the adapter and passes the policies of the HTTP port (allowed hosts, private addresses, redirects, named errors), and still nothing is bounded, repeated, limited or planned.',
    ],
    goals: [{ kind: 'speed', against: 'rclone', limit }],
    prepare: (world) => prepare(world, { files, bytes }),
    check: ({ stage, place }) => checkTree(place, stage.expected),
    contestants: {
      ours: oursAt(16),
      oursAtDefault: oursAt(8),
      pullOnly: {
        title: 'ours, 16 at once, without start-up',
        run: async ({ stage, place, measure }) => asTold(await measure(script('inside/pull.mjs', 'appointments:1', place, stage.receipt, 16))),
        check: checkPull,
      },
      least: {
        title: 'the same proof without any layer',
        run: ({ stage, place, measure }) => measure([...stage.least, stage.base, '1', place, stage.receipt, '16', 'connections']),
      },
      leastOfSource: {
        title: 'the same by the adapter, without any layer',
        run: ({ stage, place, measure }) => measure([...stage.least, stage.base, '1', place, stage.receipt, '16', 'adapter']),
      },
      rclone: {
        title: 'rclone copy --transfers 16',
        run: ({ stage, place, measure }) => measure(['rclone', 'copy', '--config', '/dev/null', '--transfers', '16', `:http,url='${stage.base}/':`, place]),
      },
      rcloneNoHead: {
        title: 'the same with --http-no-head',
        needs: ['rclone'],
        run: ({ stage, place, measure }) => measure(['rclone', 'copy', '--config', '/dev/null', '--transfers', '16', '--http-no-head', `:http,url='${stage.base}/':`, place]),
      },
      aria2c: {
        title: 'aria2c -j16',
        needs: ['aria2c'],
        run: ({ stage, place, measure }) => measure(['aria2c', '-q', '-j16', '--file-allocation=none', '-d', place, '-i', stage.lists.urls]),
      },
      curl: {
        title: 'curl --parallel, 16 at once',
        needs: ['curl'],
        run: ({ stage, place, measure }) => measure(['curl', '-sf', '--parallel', '--parallel-max', '16', '-K', stage.lists.curl], { cwd: place }),
      },
      sockets: {
        title: 'sockets of Node, 16 at once, SHA-256',
        run: ({ stage, place, measure }) => measure(script('peers/node-sockets.mjs', stage.base, stage.lists.names, place, 16)),
      },
      floor: {
        title: 'node:http, 16 at once, SHA-256',
        run: ({ stage, place, measure }) => measure(script('peers/node-files.mjs', stage.base, stage.lists.names, place, 16)),
      },
      axios: {
        title: 'axios, 16 at once',
        needs: ['axios'],
        run: ({ stage, place, measure }) => measure(script('peers/axios-files.mjs', stage.base, stage.lists.names, place, 16)),
      },
    },
  };
}
