import { FileSourceError, type ByteRange, type Content, type FileRef, type OpenOptions, type Ports, type SourceAdapter } from '@filesource/core';
import { Readable } from 'node:stream';
import { appointmentCapabilities, fileLinkLifetimeMs } from './capabilities.ts';
import type { ApiClient } from './client.ts';
import type { AppointmentConfig } from './config.ts';
import { diagnoseAccount } from './diagnose.ts';
import { folderEntryOf, idNumber, type FileRecord } from './entries.ts';
import { isUnknownParameter } from './errors.ts';
import { linkRequest, openLink, type LinkOptions } from './link-content.ts';
import { KnownLinks } from './known-links.ts';
import { fileUrlOf, linkHosts } from './links.ts';
import { findFile, maxPageSize, pageOfEntries, readFilePage, type FilePage } from './paging.ts';
import { Opening } from './opening.ts';
import { noArchive, noSuchFile } from './refusals.ts';

export function createAppointmentSource(config: AppointmentConfig, client: ApiClient, ports: Ports): SourceAdapter {
  const request = linkRequest(linkHosts(config.apiUrl, config.allowHosts));
  const opening = new Opening();
  const known = new KnownLinks(ports.clock);

  const listPage = (folder: string, options: Parameters<SourceAdapter['listPage']>[1]): Promise<FilePage> => readFilePage(client, { module: 'appointment', folder }, options);

  /** Asks for the one file; a vendor that does not know how lists them all, and then it is looked for there. */
  const find = async ({ folder, file }: FileRef, signal: AbortSignal | undefined): Promise<FileRecord> => {
    const list = { module: 'appointment', folder } as const;
    let record: FileRecord | undefined;
    try {
      record = await findFile(client, { ...list, fileId: Number(file) }, file, signal);
    } catch (error) {
      if (!isUnknownParameter(error)) throw error;
      record = await findFile(client, list, file, signal);
    }
    if (record === undefined) throw noSuchFile();
    return record;
  };

  /** One attempt has two links: the first may come from a listing, the second one is fresh for certain, so a page behind it is no accident. */
  const open = async (ref: FileRef, { range, signal, concurrency }: OpenOptions): Promise<Content> => {
    checkRef(ref);
    const options: LinkOptions = { request, range, signal };
    const attempt = (record: FileRecord): Content | Promise<Content> => emptyRest(record, range) ?? opening.run(concurrency, () => openLink(ports, record, options));
    try {
      return await attempt(known.take(ref) ?? (await find(ref, signal)));
    } catch (error) {
      if (!FileSourceError.is(error, 'link-expired', 'truncated', 'conflict')) throw error;
      return attempt(await find(ref, signal));
    }
  };

  return {
    capabilities: appointmentCapabilities(config),
    letsGoOfSignals: true,
    listPage: async (folder, options) => {
      checkRef({ folder });
      const page = await listPage(folder, options);
      known.remember(folder, page);
      return pageOfEntries(page);
    },
    stat: async (ref, { signal }) => {
      checkRef(ref);
      if (ref.file !== undefined) return (await find({ folder: ref.folder, file: ref.file }, signal)).entry;
      const page = await listPage(ref.folder, { pageSize: maxPageSize, ...(signal === undefined ? {} : { signal }) });
      return folderEntryOf(ref.folder, page.total ?? (page.cursor === undefined ? page.items.length : null));
    },
    open,
    link: async (ref, { signal }) => {
      checkRef(ref);
      if (ref.file === undefined) throw new FileSourceError('unsupported', 'onOffice has links to single files of an appointment only', { advice: 'Name a file: appointment/file.' });
      const expires = new Date(ports.clock.now() + fileLinkLifetimeMs);
      const { url } = await find({ folder: ref.folder, file: ref.file }, signal);
      return { url: fileUrlOf(url), kind: 'file', expires, needsCredentials: false };
    },
    archive: noArchive,
    diagnose: (options) => diagnoseAccount(config, 'appointment', ports, options),
    close: async () => client.close(),
  };
}

/** The end of a file needs no request, and HTTP cannot even ask for it. */
function emptyRest({ entry }: FileRecord, range: ByteRange | undefined): Content | undefined {
  if (range === undefined || entry.size === null || range.offset < entry.size) return undefined;
  if (range.offset > entry.size) throw new FileSourceError('range-not-satisfiable', `the range starts at ${range.offset}, the file has ${entry.size} bytes`);
  return { body: Readable.from([], { objectMode: false }), offset: entry.size, size: 0, totalSize: entry.size, mediaType: entry.mediaType, name: entry.name, validator: null };
}

function checkRef(ref: { readonly folder: string; readonly file?: string }): void {
  idNumber('an appointment', ref.folder);
  if (ref.file !== undefined) idNumber('a file', ref.file);
}
