import type { Archive } from './archive.ts';
import { createZipStream, type ZipEntry } from './zip-stream.ts';

async function* noEntries(): AsyncGenerator<ZipEntry, void, undefined> {}

/** The archive of folders that hold no file, for vendors that refuse to make one. */
export function createEmptyArchive(name: string): Archive {
  return {
    name,
    items: [],
    warning: null,
    link: null,
    open: async () => ({ body: createZipStream(noEntries()), size: null, totalSize: null, offset: 0, mediaType: 'application/zip', name, validator: null, format: 'zip' }),
  };
}
