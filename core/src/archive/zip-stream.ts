import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import yazl from 'yazl';
import { toFileSourceError } from '../errors/to-file-source-error.ts';

export interface ZipEntry {
  readonly path: string;
  readonly modified: Date | null;
  readonly size: number | null;
  readonly isPacked: boolean;
  readonly body: Readable;
}

/** Zip64 is chosen up front for a file this large, since its header is written before its bytes are counted. */
const zip64FromBytes = 0xffff_0000;

/**
 * A ZIP as a stream, made while it is read: one entry at a time, nothing buffered, UTF-8 names, ZIP64 where needed.
 * - `entries` is asked for the next entry only when the one before is done.
 * - An error of an entry, or of `entries`, becomes the error of the stream; destroying the stream closes the entry being read.
 */
export function createZipStream(entries: AsyncIterable<ZipEntry>): Readable {
  const zip = new yazl.ZipFile();
  const output = zip.outputStream as Readable;
  let current: Readable | undefined;
  const fail = (error: unknown): void => {
    output.destroy(toFileSourceError(error));
  };
  zip.on('error', fail);
  // A body that is given up before anybody reads it must not end the process; whoever reads it gets the error all the same.
  output.on('error', () => undefined);
  output.once('close', () => current?.destroy());
  const produce = async (): Promise<void> => {
    for await (const entry of entries) {
      current = entry.body;
      if (output.destroyed) {
        entry.body.destroy();
        return;
      }
      zip.addReadStream(entry.body, entry.path, {
        mtime: representable(entry.modified),
        compress: !entry.isPacked,
        forceZip64Format: entry.size === null || entry.size >= zip64FromBytes,
      });
      await finished(entry.body, { writable: false });
    }
    current = undefined;
    zip.end();
  };
  produce().catch(fail);
  return output;
}

const epoch = new Date(0);

/** An earlier date is no number that yazl can write: it would throw where nobody can catch it, and end the process. */
function representable(modified: Date | null): Date {
  return modified !== null && modified.getTime() > 0 ? modified : epoch;
}
