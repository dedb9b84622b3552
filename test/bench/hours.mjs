// A day of work on a virtual clock, in one process: lists, stats, whole, partial and abandoned reads, links, errors, archives and pulls.
// Prints the heap after a forced collection, hour by hour: it has to stay where it is once the process is warm.
//   node --expose-gc test/bench/hours.mjs [--hours 24] [--calls 400]
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createFileSources, nodeHashing, systemClock } from '../../packages/container/dist/index.js';
import { FileSourceError } from '../../core/dist/index.js';
import { onlyoffice } from '../../adapters/onlyoffice/dist/index.js';
import { onoffice } from '../../adapters/onoffice/dist/index.js';
import { pull } from '../../packages/transfer/dist/index.js';

const { values } = parseArgs({ options: { hours: { type: 'string', default: '24' }, calls: { type: 'string', default: '400' } } });
const hours = Number(values.hours);
const callsAnHour = Number(values.calls);
const collect = globalThis.gc;
if (collect === undefined) throw new Error('run it with node --expose-gc');

const server = fork(fileURLToPath(new URL('hours-world.mjs', import.meta.url)), { execArgv: [] });
const told = () => new Promise((resolve) => server.once('message', resolve));
const world = await told();

let aheadMs = 0;
/** Waits are over at once and move the time on; time-outs, which are longer than any wait here, are those of the real clock. */
const clock = {
  ...systemClock,
  now: () => Date.now() + aheadMs,
  sleep: async (ms, signal) => {
    if (ms >= 20_000) return systemClock.sleep(ms, signal);
    signal?.throwIfAborted();
    aheadMs += Math.max(0, ms);
    await nextTurn();
    signal?.throwIfAborted();
  },
};
/** The servers live in the same time, so that links, tickets and logins run out there. */
async function advanceTo(ms) {
  aheadMs = Math.max(aheadMs, ms);
  server.send(aheadMs);
  await told();
}

const sources = await createFileSources({ config: world.config, adapters: [onoffice, onlyoffice], ports: { clock } });
const folders = { contacts: '1', appointments: '1', documents: '@my' };
const counts = { list: 0, stat: 0, open: 0, abandoned: 0, range: 0, link: 0, refused: 0, archive: 0, pulled: 0 };

async function drain(body) {
  let bytes = 0;
  for await (const chunk of body) bytes += chunk.length;
  return bytes;
}

async function call(index) {
  const name = Object.keys(folders)[index % 3];
  const source = sources.get(name);
  const files = [];
  for await (const entry of source.list(folders[name])) if (entry.kind === 'file') files.push(entry);
  counts.list += 1;
  const file = files[index % files.length];
  await source.stat(file);
  counts.stat += 1;
  const size = await drain((await source.open(file)).body);
  if (size !== file.size) throw new Error(`${file.ref} has ${size} bytes`);
  counts.open += 1;
  const abandoned = await source.open(file);
  abandoned.body.destroy();
  counts.abandoned += 1;
  await drain((await source.open(file, { range: { offset: 10, length: 100 } })).body);
  counts.range += 1;
  const refused = await Promise.allSettled([source.stat(`${folders[name]}/99999999`), source.open(file, { signal: AbortSignal.abort() })]);
  if (refused.some(({ reason }) => !FileSourceError.is(reason, 'not-found', 'aborted'))) throw new Error(`not refused: ${JSON.stringify(refused)}`);
  counts.refused += 2;
  if (source.capabilities.linkFile.support === 'native') {
    await source.link(file);
    counts.link += 1;
  }
  // More than the adapters remember, long before the day is half over.
  if (index % 20 < 3 || (name === 'documents' && index % 2 === 0)) {
    const archive = await (await source.archive([folders[name]], { onItemError: 'skip' })).result();
    await drain((await archive.open()).body);
    counts.archive += 1;
  }
  if (index % 60 < 3) {
    const directory = await mkdtemp(join(tmpdir(), 'filesource-hours-'));
    const receipt = await pull({ sources, refs: [`${name}:${folders[name]}`], directory, clock, hashing: nodeHashing });
    if (!receipt.complete) throw new Error(JSON.stringify(receipt.files.filter((row) => row.status !== 'ok')));
    counts.pulled += receipt.files.length;
    await rm(directory, { recursive: true });
  }
}

async function heapMiB() {
  for (let round = 0; round < 4; round += 1) {
    collect();
    await nextTurn();
  }
  return process.memoryUsage().heapUsed / 2 ** 20;
}

const startMs = performance.now();
const heaps = [];
try {
  for (let hour = 0; hour < hours; hour += 1) {
    for (let index = 0; index < callsAnHour; index += 1) {
      await call(index);
      if (index % 10 === 0) await advanceTo((hour + index / callsAnHour) * 3_600_000);
    }
    await advanceTo((hour + 1) * 3_600_000);
    heaps.push(await heapMiB());
    process.stderr.write(`hour ${hour + 1}: heap ${heaps.at(-1).toFixed(2)} MiB, rss ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB, ${process.getActiveResourcesInfo().length} resources\n`);
  }
  await sources.close?.();
} finally {
  server.disconnect();
}

/** Change of the heap in an hour, by least squares over the second half of the day. */
const late = heaps.slice(Math.floor(heaps.length / 2));
const middle = (late.length - 1) / 2;
const mean = late.reduce((sum, heap) => sum + heap, 0) / late.length;
const slope = late.reduce((sum, heap, index) => sum + (index - middle) * (heap - mean), 0) / late.reduce((sum, _heap, index) => sum + (index - middle) ** 2, 0);
const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
process.stdout.write(`${JSON.stringify({ virtualHours: hours, seconds: Math.round((performance.now() - startMs) / 1000), calls: total, ...counts, heapMiBFirstHour: Number(heaps[0].toFixed(2)), heapMiBHalfTime: Number(late[0].toFixed(2)), heapMiBEnd: Number(heaps.at(-1).toFixed(2)), slopeKiBAnHour: Number((slope * 1024).toFixed(1)) })}\n`);
