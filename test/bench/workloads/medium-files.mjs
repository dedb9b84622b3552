import { manyFiles } from '../lib/many-files.mjs';

export const workload = manyFiles({ order: 4, name: 'medium-files', title: '2,000 files of 100 KiB, the same', files: 2000, bytes: 100 * 1024, limit: 0.8 });
