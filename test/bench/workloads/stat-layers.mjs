import { asTold, script } from '../lib/filesource.mjs';
import { startVendor } from '../lib/vendor.mjs';

const contestant = (mode, title) => ({
  title,
  ...(mode === 'axios' ? { needs: ['axios'] } : {}),
  run: async ({ stage, measure }) => {
    const { [mode]: times, ...measured } = asTold(await measure(script('inside/stat.mjs', mode, stage.baseUrl, stage.calls)));
    return { ...measured, ...times };
  },
});

/** Runs in one process with the others: whoever comes first in a round measures all. */
const together = (mode, title) => ({
  title,
  run: async ({ stage, measure }) => {
    if (stage.told[mode] === undefined) {
      const { layers, adapter, bounded, ...measured } = asTold(await measure(script('inside/stat.mjs', 'layers,adapter,bounded', stage.baseUrl, stage.calls)));
      stage.told = { layers: { ...measured, ...layers }, adapter: { ...measured, ...adapter }, bounded: { ...measured, ...bounded } };
    }
    const { [mode]: times, ...others } = stage.told;
    stage.told = others;
    return times;
  },
});

export const workload = {
  order: 12,
  name: 'stat-layers',
  title: 'a stat through all layers',
  needs: ['bash'],
  peer: 'adapter',
  notes: ['The same call of ONLYOFFICE, one after the other, on the same HTTP port; measured inside the processes after a warm-up. The bare client is the adapter without any layer; the first three share a process and take turns in it, in blocks of 200 calls. With a time-out: the bare client with one AbortController and one timer for each call, as a caller would bound it; the layers use theirs again. Below it, for orientation: the same request with less and less around it.'],
  goals: [{ kind: 'times', against: 'adapter', metric: 'cpuMs', limit: 1.15 }],
  prepare: async (world) => ({
    ...(await startVendor(world, 'onlyoffice', { folders: [{ id: 1, title: 'Alles', count: 100, size: 4096, prefix: 'f-', ending: '.txt' }] })),
    calls: world.size(8000, 50),
    told: {},
  }),
  contestants: {
    ours: together('layers', 'stat() through all layers'),
    adapter: together('adapter', 'stat() of the bare client'),
    bounded: together('bounded', 'the bare client, with a time-out'),
    port: contestant('port', 'the HTTP port and JSON.parse'),
    axios: contestant('axios', 'plain axios, keep-alive'),
    node: contestant('node', 'node:http and JSON.parse'),
  },
};
