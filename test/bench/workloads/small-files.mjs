import { manyFiles } from '../lib/many-files.mjs';

export const workload = manyFiles({ order: 3, name: 'small-files', title: '10,000 files of 4 KiB, pulled with proof, journal and atomic names', files: 10_000, bytes: 4096, limit: 1 });
