import { type Entry, type FileRef, type Link, type Ports, type SourceAdapter } from '@filesource/core';
import { AddressContents } from './address-contents.ts';
import { addressCapabilities, pageLinkLifetimeMs } from './capabilities.ts';
import type { ApiClient } from './client.ts';
import type { AddressConfig } from './config.ts';
import { diagnoseAccount } from './diagnose.ts';
import { folderEntryOf, idNumber, type FileRecord } from './entries.ts';
import { KnownFiles } from './known-files.ts';
import { pageUrlOf } from './links.ts';
import { findFile, maxPageSize, pageOfEntries, readFilePage, type FilePage } from './paging.ts';
import { noArchive, noSuchFile } from './refusals.ts';

export function createAddressSource(config: AddressConfig, client: ApiClient, ports: Ports): SourceAdapter {
  const known = new KnownFiles();

  const listPage = async (folder: string, options: Parameters<SourceAdapter['listPage']>[1]): Promise<FilePage> => {
    const page = await readFilePage(client, { module: 'address', folder }, options);
    known.remember(folder, page);
    return page;
  };

  const find = async (ref: FileRef, signal: AbortSignal | undefined): Promise<FileRecord> => {
    const record = await findFile(client, { module: 'address', folder: ref.folder }, ref.file, signal);
    if (record === undefined) throw noSuchFile();
    known.remember(ref.folder, { items: [record] });
    return record;
  };

  const contents = new AddressContents({ client, known, find, maxContentBytes: config.maxContentBytes });

  const link = async (ref: Parameters<SourceAdapter['link']>[0], options: Parameters<SourceAdapter['link']>[1]): Promise<Link> => {
    checkRef(ref);
    const { signal, language } = options;
    const expires = new Date(ports.clock.now() + pageLinkLifetimeMs);
    const parameters = { addressid: Number(ref.folder), ...(language === undefined ? {} : { language: language.toUpperCase() }) };
    const [{ records }] = await Promise.all([
      client.call({ resourceType: 'downloadFiles', resourceId: 'address', parameters }, signal),
      ref.file === undefined ? undefined : find({ folder: ref.folder, file: ref.file }, signal),
    ]);
    return { url: pageUrlOf(records), kind: 'page', expires, needsCredentials: false };
  };

  return {
    capabilities: addressCapabilities(config),
    letsGoOfSignals: true,
    listPage: async (folder, options) => {
      checkRef({ folder });
      const page = await listPage(folder, options);
      return pageOfEntries(page);
    },
    stat: async (ref, { signal }): Promise<Entry> => {
      checkRef(ref);
      if (ref.file !== undefined) return (await find({ folder: ref.folder, file: ref.file }, signal)).entry;
      const page = await listPage(ref.folder, { pageSize: maxPageSize, ...(signal === undefined ? {} : { signal }) });
      return folderEntryOf(ref.folder, page.total ?? (page.cursor === undefined ? page.items.length : null));
    },
    open: async (ref, { signal }) => {
      checkRef(ref);
      return contents.open(ref, signal);
    },
    link,
    archive: noArchive,
    diagnose: (options) => diagnoseAccount(config, 'address', ports, options),
    close: async () => client.close(),
  };
}

function checkRef(ref: { readonly folder: string; readonly file?: string }): void {
  idNumber('an address record', ref.folder);
  if (ref.file !== undefined) idNumber('a file', ref.file);
}
