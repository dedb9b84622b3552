import { filesource, writeConfig } from '../lib/filesource.mjs';
import { median } from '../lib/statistics.mjs';
import { startVendor } from '../lib/vendor.mjs';

/** A start is short against what else the machine does, so a round is the median of several. */
const starts = (title, commandOf) => ({
  title,
  run: async ({ stage, measure }) => {
    const runs = [];
    for (let index = 0; index < stage.repeats; index += 1) runs.push(await measure(commandOf()));
    const of = (metric) => median(runs.map((run) => run[metric]).filter((value) => value !== null));
    return { wallMs: of('wallMs'), cpuMs: of('cpuMs'), peakMiB: of('peakMiB') };
  },
});

export const workload = {
  order: 14,
  name: 'start-up',
  title: '`filesource --version`, `filesource list` (wall)',
  needs: ['bash'],
  peer: 'node',
  notes: ['A round is the median of 10 starts. `list` asks a scripted onOffice for one page of 25 files; with exactly 20, the size of its pages where it is not asked for another one, it would ask once more.'],
  goals: [
    { kind: 'times', of: 'version', against: 'node', limit: 2.5 },
    { kind: 'times', of: 'list', against: 'node', limit: 4 },
  ],
  prepare: async (world) => {
    const { requests: _, ...account } = await startVendor(world, 'onoffice', { folders: [{ id: 1, count: 25, size: 4096, prefix: 'f-', url: 'http://127.0.0.1:9' }] });
    await writeConfig(world.home, { appointments: { provider: 'onoffice-appointment', ...account } });
    return { repeats: world.size(10, 2) };
  },
  contestants: {
    version: starts('filesource --version', () => filesource('--version')),
    list: starts('filesource list', () => filesource('list', 'appointments:1')),
    node: starts('node -e 0', () => [process.execPath, '-e', '0']),
  },
};
