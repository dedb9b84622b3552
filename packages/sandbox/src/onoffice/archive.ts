import type { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { StoredFile } from './store.ts';

/** All files as one ZIP, each under a name of its own. */
export function archive(files: readonly StoredFile[]): Readable {
  const zip = new ZipFile();
  const taken = new Set<string>();
  for (const file of files) {
    const name = freeName(safeName(file.document.name), taken);
    zip.addBuffer(file.document.bytes(), name, { mtime: new Date(file.modified * 1000) });
  }
  zip.end();
  // yazl types its output by the interface that a Readable implements.
  return zip.outputStream as Readable;
}

/** A slash would make a folder, and some names cannot stand in an archive at all. */
function safeName(name: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what must go
  const safe = name.replace(/[\u0000-\u001f/\\:]/g, '_');
  return /^[.\s]*$/.test(safe) ? '_' : safe;
}

function freeName(name: string, taken: Set<string>): string {
  const dot = name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length;
  let free = name;
  for (let count = 2; taken.has(free.toLowerCase()); count += 1) free = `${name.slice(0, dot)} (${count})${name.slice(dot)}`;
  taken.add(free.toLowerCase());
  return free;
}
