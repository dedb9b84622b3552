import { FileSourceError, type Content, type Entry, type FileRef, type Link, type Page, type Ports, type SourceAdapter } from '@filesource/core';
import { ByteBudget } from './byte-budget.ts';
import { addressCapabilities, pageLinkLifetimeMs } from './capabilities.ts';
import type { ApiClient } from './client.ts';
import type { AddressConfig } from './config.ts';
import { decodeContent, maxAnswerBytes, streamOf } from './content.ts';
import { diagnoseAccount } from './diagnose.ts';
import { fileRecordOf, folderEntryOf, idNumber, type FileRecord } from './entries.ts';
import { isUnknownParameter, protocolError } from './errors.ts';
import { pageUrlOf } from './links.ts';
import { findFile, maxPageSize, readFilePage } from './paging.ts';
import { noArchive, noSuchFile } from './refusals.ts';

const rememberedSizes = 10_000;
/** The documentation has both spellings for this call. */
const spellings = ['fileid', 'fileId'] as const;

export function createAddressSource(config: AddressConfig, client: ApiClient, ports: Ports): SourceAdapter {
  const { maxContentBytes } = config;
  const budget = new ByteBudget(maxContentBytes);
  /** Sizes that listings told: whether a file is too large has to be known before it is asked for, and there is no other way. */
  const sizes = new Map<string, number>();
  let spelling: (typeof spellings)[number] = 'fileid';

  const remember = (record: FileRecord): void => {
    const { folder, id, size } = record.entry;
    const key = keyOf(folder, id);
    sizes.delete(key);
    if (size !== null) sizes.set(key, size);
    const oldest = sizes.size > rememberedSizes ? sizes.keys().next().value : undefined;
    if (oldest !== undefined) sizes.delete(oldest);
  };

  const listPage = async (folder: string, options: Parameters<SourceAdapter['listPage']>[1]): Promise<Page<FileRecord>> => {
    const page = await readFilePage(client, { module: 'address', folder }, options);
    page.items.forEach(remember);
    return page;
  };

  const find = async (ref: FileRef, signal: AbortSignal | undefined): Promise<FileRecord> => {
    const record = await findFile(client, { module: 'address', folder: ref.folder }, ref.file, signal);
    if (record === undefined) throw noSuchFile();
    remember(record);
    return record;
  };

  const sizeOf = async (ref: FileRef, signal: AbortSignal | undefined): Promise<number | null> => {
    const known = sizes.get(keyOf(ref.folder, ref.file));
    const size = known !== undefined && known <= maxContentBytes ? known : (await find(ref, signal)).entry.size;
    if (size !== null && size > maxContentBytes) throw tooLarge(`the file has ${size} bytes`);
    return size;
  };

  /** The answer to one spelling of the parameter: the file with its content, the file without, or something else. */
  const ask = async (parameter: string, ref: FileRef, maxBytes: number, signal: AbortSignal | undefined): Promise<{ readonly record: FileRecord | undefined; readonly isHeeded: boolean }> => {
    const parameters = { addressid: Number(ref.folder), [parameter]: Number(ref.file) };
    try {
      const { records } = await client.callAlone({ resourceType: 'file', resourceId: 'address', parameters }, { maxBytes, signal });
      const record = records.map((wire) => fileRecordOf('address', ref.folder, wire)).find(({ entry }) => entry.id === ref.file);
      return { record, isHeeded: records.length === 0 || (record !== undefined && contentOf(record) !== null) };
    } catch (error) {
      if (isUnknownParameter(error)) return { record: undefined, isHeeded: false };
      throw error;
    }
  };

  const fetchContent = async (ref: FileRef, maxBytes: number, signal: AbortSignal | undefined): Promise<FileRecord> => {
    let seen: FileRecord | undefined;
    for (const parameter of [spelling, ...spellings.filter((other) => other !== spelling)]) {
      const { record, isHeeded } = await ask(parameter, ref, maxBytes, signal);
      seen = record ?? seen;
      if (isHeeded && record === undefined) throw noSuchFile();
      if (!isHeeded || record === undefined) continue;
      spelling = parameter;
      return record;
    }
    throw seen === undefined ? noSuchFile() : protocolError('it lacks the content of the file');
  };

  const open = async (ref: FileRef, signal: AbortSignal | undefined): Promise<Content> => {
    checkRef(ref);
    const size = await sizeOf(ref, signal);
    const maxBytes = maxAnswerBytes(size ?? maxContentBytes);
    try {
      return await budget.run(size ?? maxContentBytes, signal, async () => {
        const record = await fetchContent(ref, maxBytes, signal);
        const { entry } = record;
        const bytes = decodeContent(contentOf(record) ?? '', entry.size ?? size);
        if (bytes.length > maxContentBytes) throw tooLarge(`the file has ${bytes.length} bytes`);
        return { body: streamOf(bytes), size: bytes.length, totalSize: bytes.length, offset: 0, mediaType: entry.mediaType, name: entry.name, validator: entry.validator };
      });
    } catch (error) {
      sizes.delete(keyOf(ref.folder, ref.file));
      if (!FileSourceError.is(error, 'too-large') || error.advice !== undefined) throw error;
      throw size === null ? tooLarge('the answer is longer than such a file can make it') : protocolError(`it is too long for a file of ${size} bytes`);
    }
  };

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
    listPage: async (folder, options) => {
      checkRef({ folder });
      const page = await listPage(folder, options);
      return { ...page, items: page.items.map(({ entry }) => entry) };
    },
    stat: async (ref, { signal }): Promise<Entry> => {
      checkRef(ref);
      if (ref.file !== undefined) return (await find({ folder: ref.folder, file: ref.file }, signal)).entry;
      const page = await listPage(ref.folder, { pageSize: maxPageSize, ...(signal === undefined ? {} : { signal }) });
      return folderEntryOf(ref.folder, page.total ?? (page.cursor === undefined ? page.items.length : null));
    },
    open: (ref, { signal }) => open(ref, signal),
    link,
    archive: noArchive,
    diagnose: (options) => diagnoseAccount(config, 'address', ports, options),
    close: async () => client.close(),
  };

  function tooLarge(what: string): FileSourceError {
    return new FileSourceError('too-large', `${what}, and at most ${maxContentBytes} are held in memory`, { advice: 'Raise maxContentBytes of the source, or hand out a link to the page of the record.' });
  }
}

/** An empty file may come with no content at all. */
function contentOf(record: FileRecord): string | null {
  return record.content ?? (record.entry.size === 0 ? '' : null);
}

function keyOf(folder: string, file: string): string {
  return `${folder}/${file}`;
}

function checkRef(ref: { readonly folder: string; readonly file?: string }): void {
  idNumber('an address record', ref.folder);
  if (ref.file !== undefined) idNumber('a file', ref.file);
}
