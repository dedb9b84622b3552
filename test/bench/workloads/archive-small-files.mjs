import { bulkArchive } from '../lib/bulk-archive.mjs';

export const workload = bulkArchive({
  order: 5,
  name: 'archive-small-files',
  title: 'bulk archive of 20,000 small files, fetched, unpacked, every CRC checked, SHA-256 per file',
  folders: 20,
  filesInFolder: 1000,
  smokeFiles: 30,
  bytes: 2048,
  limit: 1,
});
