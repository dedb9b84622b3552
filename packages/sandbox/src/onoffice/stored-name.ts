import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import type { StoredFile } from './store.ts';

const berlin = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin', dateStyle: 'short', timeStyle: 'medium' });

/** The name under which onOffice keeps an address file: local time of the upload, then a UUID, then the extension. */
export function storedName(file: StoredFile): string {
  const digits = berlin.format(file.modified * 1000).replace(/\D/g, '');
  const hash = createHash('sha256').update(`file ${file.id}`).digest('hex');
  const uuid = [hash.slice(0, 8), hash.slice(8, 12), `4${hash.slice(13, 16)}`, `8${hash.slice(17, 20)}`, hash.slice(20, 32)].join('-');
  return `${digits}${uuid}${extname(file.document.name.replace(/[^\w.]/g, ''))}`;
}

/** Day of the upload in local time, as `2024-09-02`. */
export function uploadDate(file: StoredFile): string {
  return berlin.format(file.modified * 1000).slice(0, 10);
}
