import assert from 'node:assert/strict';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import type { ArchiveContent } from '@filesource/core';
import { bytesOf } from './reading.ts';

export interface ReadEntry {
  readonly path: string;
  readonly bytes: Buffer;
}

export interface ReadArchive {
  /** Entries that are files. */
  readonly files: readonly ReadEntry[];
}

const fromBuffer = promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer.bind(yauzl));

/**
 * All files of an archive in memory, each CRC checked.
 * - Reads ZIP and single files; the backend of a harness should make no other.
 */
export async function readArchive(content: ArchiveContent): Promise<ReadArchive> {
  const bytes = await bytesOf(content.body);
  if (content.format === 'single') return { files: [{ path: content.name ?? '', bytes }] };
  assert.equal(content.format, 'zip', 'the conformance kit reads ZIP archives');
  return { files: await unzip(bytes) };
}

async function unzip(bytes: Buffer): Promise<ReadEntry[]> {
  const zip = await fromBuffer(bytes, { lazyEntries: true });
  const files: ReadEntry[] = [];
  await new Promise<void>((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', resolve);
    zip.on('entry', (entry: yauzl.Entry) => {
      if (entry.fileName.endsWith('/')) {
        zip.readEntry();
        return;
      }
      zip.openReadStream(entry, (error, stream) => {
        if (error !== null || stream === undefined) {
          reject(error ?? new Error('an entry cannot be read'));
          return;
        }
        bytesOf(stream).then((content) => {
          files.push({ path: entry.fileName, bytes: content });
          zip.readEntry();
        }, reject);
      });
    });
    zip.readEntry();
  });
  return files;
}
