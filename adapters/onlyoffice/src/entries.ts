import { mediaTypeOf, type FileEntry, type FolderEntry } from '@filesource/core';
import type { Generation } from './generation.ts';
import type { FileDto, FolderDto } from './schemas.ts';

/** What most dates look like, and what the parser of the platform takes as it is. */
const zoned = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
const noDateBefore = Date.UTC(1971, 0);

/** Dates come with `Z`, with an offset, or bare (then UTC); the vendor's "no date" is the year 1. */
export function parseVendorDate(text: string | null | undefined): Date | null {
  if (text === undefined || text === null) return null;
  const date = new Date(zoned.test(text) ? text : tidied(text));
  return date.getTime() >= noDateBefore ? date : null;
}

function tidied(text: string): string {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/.exec(text);
  return match === null ? '' : `${match[1] ?? ''}${(match[2] ?? '').slice(0, 4)}${match[3] ?? 'Z'}`;
}

export function toFileEntry(dto: FileDto, folder: string, generation: Generation | undefined): FileEntry {
  const name = dto.title ?? '';
  return {
    kind: 'file',
    folder,
    id: dto.id,
    name,
    size: sizeOf(dto, generation),
    mediaType: mediaTypeOf(name),
    modified: parseVendorDate(dto.updated),
    validator: validatorOf(dto),
  };
}

/** The counts of a folder are of all levels below it, so they are not told as its entries. */
export function toFolderEntry(dto: FolderDto, id: string = dto.id): FolderEntry {
  return { kind: 'folder', id, name: dto.title ?? '', modified: parseVendorDate(dto.updated), entryCount: null };
}

/** DocSpace leaves the size out for empty files; a connected account may not know it, and then its text is no "0 bytes". */
function sizeOf(dto: FileDto, generation: Generation | undefined): number | null {
  const { pureContentLength: size, contentLength } = dto;
  if (size !== undefined && size !== null) return Number.isSafeInteger(size) && size >= 0 ? size : null;
  if (/^0+([.,]0+)?(?![\d.,])/.test((contentLength ?? '').trim())) return 0;
  if ((contentLength ?? '') !== '' || dto.providerItem === true) return null;
  return generation === 'docspace' ? 0 : null;
}

/** There is no content hash on the wire; a new version, or a save within one, changes one of these. */
function validatorOf(dto: FileDto): string | null {
  const { version, versionGroup, updated, pureContentLength } = dto;
  if ((version ?? null) === null && (updated ?? null) === null) return null;
  return `v${version ?? ''}.${versionGroup ?? ''}:${pureContentLength ?? ''}:${updated ?? ''}`;
}
