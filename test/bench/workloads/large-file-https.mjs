import { largeFile } from '../lib/large-file.mjs';

export const workload = largeFile({ order: 1, name: 'large-file-https', title: '1 GiB file, HTTPS, to disk, SHA-256 in the receipt', scheme: 'https' });
