/* eslint-disable @n8n/community-nodes/no-restricted-imports -- an archive is proven before anybody gets it, and the directory of a ZIP is at its end: it has to lie somewhere until then */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

export interface TemporaryFile {
  readonly path: string;
  read(): Readable;
}

/** A file that is gone when `use` has ended, however it ended. */
export async function withTemporaryFile<T>(use: (file: TemporaryFile) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'filesource-n8n-'));
  const path = join(folder, 'archive');
  try {
    return await use({ path, read: () => createReadStream(path) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
