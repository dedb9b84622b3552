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

/** Runs in one process with the other of the pair: whoever comes first in a round measures both. */
const paired = (mode, title) => ({
  title,
  run: async ({ stage, measure }) => {
    if (stage.told[mode] === undefined) {
      const { layers, adapter, ...measured } = asTold(await measure(script('inside/stat.mjs', 'layers,adapter', stage.baseUrl, stage.calls)));
      stage.told = { layers: { ...measured, ...layers }, adapter: { ...measured, ...adapter } };
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
  notes: ['The same call of ONLYOFFICE, one after the other, on the same HTTP port; measured inside the processes after a warm-up. The bare client is the adapter without any layer; the two share a process and take turns in it, in blocks of 200 calls. Below it, for orientation: the same request with less and less around it.'],
  goals: [{ kind: 'times', against: 'adapter', metric: 'cpuMs', limit: 1.15 }],
  prepare: async (world) => ({
    ...(await startVendor(world, 'onlyoffice', { folders: [{ id: 1, title: 'Alles', count: 100, size: 4096, prefix: 'f-', ending: '.txt' }] })),
    calls: world.size(8000, 50),
    told: {},
  }),
  contestants: {
    ours: paired('layers', 'stat() through all layers'),
    adapter: paired('adapter', 'stat() of the bare client'),
    port: contestant('port', 'the HTTP port and JSON.parse'),
    axios: contestant('axios', 'plain axios, keep-alive'),
    node: contestant('node', 'node:http and JSON.parse'),
  },
};
