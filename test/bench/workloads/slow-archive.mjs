import { bulkArchive } from '../lib/bulk-archive.mjs';

const MiB = 2 ** 20;

export const workload = bulkArchive({
  order: 6.5,
  name: 'slow-archive',
  title: 'bulk archive of 300 files of 1 MiB from a server whose connections bring 8 MiB a second each',
  folders: 10,
  filesInFolder: 30,
  smokeFiles: 3,
  bytes: MiB,
  bytesPerSecond: 8 * MiB,
  contestants: ['ours', 'bsdtar'],
});
