import { largeFile } from '../lib/large-file.mjs';

export const workload = largeFile({ order: 2, name: 'large-file-http', title: '1 GiB file, HTTP, to disk, SHA-256 in the receipt', scheme: 'http' });
