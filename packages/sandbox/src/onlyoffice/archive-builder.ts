import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ZipFile } from 'yazl';
import type { PlannedEntry } from './archive-plan.ts';
import { tar } from './tar.ts';

export interface ArchiveQuirks {
  readonly extraEntry?: string | undefined;
  readonly emptyTarMembers: boolean;
}

export async function buildZip(entries: readonly PlannedEntry[], { extraEntry }: ArchiveQuirks): Promise<Buffer> {
  const zip = new ZipFile();
  for (const { path, bytes, modified } of entries) {
    const mtime = new Date(modified);
    if (path.endsWith('/')) zip.addEmptyDirectory(path, { mtime });
    else zip.addBuffer(Buffer.from(bytes), path, { mtime });
  }
  const standIn = extraEntry === undefined ? '' : standInFor(extraEntry);
  if (extraEntry !== undefined) zip.addBuffer(Buffer.from('extra\n'), standIn, { mtime: new Date(0) });
  zip.end();
  const bytes = await buffer(zip.outputStream);
  return extraEntry === undefined ? bytes : replaceAll(bytes, Buffer.from(standIn), Buffer.from(extraEntry));
}

export async function buildTarGz(entries: readonly PlannedEntry[], { extraEntry, emptyTarMembers }: ArchiveQuirks): Promise<Buffer> {
  const extra = extraEntry === undefined ? [] : [{ path: extraEntry, bytes: Buffer.from('extra\n'), modified: 0 }];
  const members = [...entries, ...extra];
  return promisify(gzip)(tar(emptyTarMembers ? members.map((member) => ({ ...member, bytes: Buffer.alloc(0) })) : members));
}

// yazl refuses names such as `../x`, so a harmless one of the same length goes in and is overwritten afterwards.
function standInFor(name: string): string {
  return '~'.repeat(Buffer.byteLength(name));
}

function replaceAll(bytes: Buffer, search: Buffer, replacement: Buffer): Buffer {
  for (let at = bytes.indexOf(search); at >= 0; at = bytes.indexOf(search, at + search.length)) replacement.copy(bytes, at);
  return bytes;
}
