import type { Entry } from './wire.ts';

/** Where the gateway has things; every part that comes from a vendor is percent-encoded. */
export const sourcesPath = '/v1/sources';
export const sessionPath = '/v1/session';

export function folderPath(source: string, folder: string): string {
  return `${sourcesPath}/${encodeURIComponent(source)}/folders/${encodeURIComponent(folder)}`;
}

export function archivesPath(source: string): string {
  return `${sourcesPath}/${encodeURIComponent(source)}/archives`;
}

export function operationPath(id: string, part?: 'events' | 'receipt' | 'content'): string {
  return `/v1/operations/${encodeURIComponent(id)}${part === undefined ? '' : `/${part}`}`;
}

export function filePath(source: string, { folder, id }: Entry): string {
  return `${folderPath(source, folder ?? '')}/files/${encodeURIComponent(id)}`;
}

export function contentPath(source: string, entry: Entry): string {
  return `${filePath(source, entry)}/content`;
}

/** `contacts:1237/1757` as `1237/1757`: what the archive route takes. */
export function refWithoutSource(entry: Entry): string {
  return entry.ref.slice(entry.ref.indexOf(':') + 1);
}

/** A folder as it is written in a ref; see `formatRef` of core. */
export function folderRef(folder: string): string {
  return folder.replace(/[%/:?#\s\p{Cc}]/gu, (character) => encodeURIComponent(character));
}
