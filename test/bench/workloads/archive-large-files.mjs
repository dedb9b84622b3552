import { bulkArchive } from '../lib/bulk-archive.mjs';

export const workload = bulkArchive({
  order: 6,
  name: 'archive-large-files',
  title: 'bulk archive of 1 GiB in 1,000 files, the same',
  folders: 10,
  filesInFolder: 100,
  smokeFiles: 3,
  bytes: Math.floor(2 ** 30 / 1000),
  limit: 0.7,
});
