import { FileSourceError, FreshRecords, type Content, type FileRef, type OpenOptions, type Ports } from '@filesource/core';
import type { OnlyOfficeClient } from './client.ts';
import { toFileEntry } from './entries.ts';
import { openBody, type Body } from './file-handler.ts';
import type { FoundFile, Lookup } from './lookup.ts';
import type { FileDto } from './schemas.ts';

/** What may be otherwise by now than a listing told: then the portal is asked once more. */
const outdated = ['not-found', 'permission-denied', 'truncated', 'corrupt', 'conflict', 'link-expired', 'vendor-protocol'] as const;

/**
 * Opens files of a portal.
 * - One that was listed or looked up in the last minutes is fetched at once, where its size was told and the body announces the same; for any other, and for
 *   a range, the portal is asked first what the file is.
 */
export class FileOpener {
  readonly #client: OnlyOfficeClient;
  readonly #ports: Ports;
  readonly #lookup: Lookup;
  readonly #listed: FreshRecords<FoundFile>;
  /** Only an announced length shows that a body is still the file that was listed, and no page. */
  #announcesLengths = true;

  constructor(parts: { readonly client: OnlyOfficeClient; readonly ports: Ports; readonly lookup: Lookup }) {
    this.#client = parts.client;
    this.#ports = parts.ports;
    this.#lookup = parts.lookup;
    this.#listed = new FreshRecords(parts.ports.clock);
  }

  /** The files of one page of a folder, or one that was looked up; `again` gives them once more. */
  remember(folder: string, files: readonly FileDto[], again: () => readonly FileDto[]): void {
    const { generation } = this.#client;
    const read = (): FoundFile[] => again().map((dto) => ({ dto, entry: toFileEntry(dto, folder, generation.current()) }));
    this.#listed.remember(folder, files.map(({ id }) => id), read);
  }

  async open(ref: FileRef, options: OpenOptions): Promise<Content> {
    const { range, signal } = options;
    // Whoever carries on a file has to know whether it is still the same.
    const listed = range === undefined ? this.#listed.take(ref) : undefined;
    if (listed !== undefined && listed.entry.size !== null && this.#announcesLengths) {
      try {
        return await this.#openListed(listed, options);
      } catch (error) {
        if (!FileSourceError.is(error, ...outdated)) throw error;
      }
    }
    const found = await this.#lookup.file(ref, signal);
    return this.#openFound(found, options).catch(async (error: unknown) => {
      if (!FileSourceError.is(error, 'truncated', 'corrupt')) throw error;
      const now = await this.#lookup.file(ref, signal);
      if (now.entry.validator === found.entry.validator) throw error;
      throw new FileSourceError('conflict', 'the file was changed while it was being opened', { status: 'temporary', cause: error });
    });
  }

  async #openListed(listed: FoundFile, options: OpenOptions): Promise<Content> {
    const body = await this.#bodyOf(listed, options);
    if (body.total !== null) return contentOf(listed, body);
    body.body.destroy();
    throw new FileSourceError('vendor-protocol', 'the portal sends the file without its length');
  }

  async #openFound(found: FoundFile, options: OpenOptions): Promise<Content> {
    const body = await this.#bodyOf(found, options);
    if (options.range === undefined) this.#announcesLengths = body.total !== null;
    return contentOf(found, body);
  }

  async #bodyOf({ dto, entry }: FoundFile, { range, signal }: OpenOptions): Promise<Body> {
    return openBody(this.#client, this.#ports, { url: viewUrlOf(dto), range, totalSize: entry.size, mediaType: entry.mediaType, isArchive: false, signal });
  }
}

/** Where the bytes of a file are, as the portal tells it. */
export function viewUrlOf({ viewUrl }: FileDto): string {
  if (typeof viewUrl === 'string' && URL.canParse(viewUrl, 'https://portal')) return viewUrl;
  throw new FileSourceError('vendor-protocol', 'the portal does not tell where the bytes of the file are');
}

function contentOf({ entry }: FoundFile, { body, size, total, offset }: Body): Content {
  return {
    body,
    size: size ?? (entry.size === null ? null : entry.size - offset),
    totalSize: total ?? entry.size,
    offset,
    mediaType: entry.mediaType,
    name: entry.name,
    validator: entry.validator,
  };
}
