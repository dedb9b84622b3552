import { FileSourceError, WholeBody, type Content, type FileEntry, type FileRef } from '@filesource/core';
import type { Readable } from 'node:stream';
import { maxSharedBytes } from './capabilities.ts';
import type { ApiClient } from './client.ts';
import { maxAnswerBytes } from './content-size.ts';
import { fileRecordOf, type FileRecord } from './entries.ts';
import type { Action, ActionData } from './envelope.ts';
import { isUnknownParameter, protocolError } from './errors.ts';
import type { KnownFiles } from './known-files.ts';
import { noSuchFile } from './refusals.ts';
import { Turns } from './turns.ts';

/** Requests for large files that wait for their first bytes. */
const maxStarting = 8;
/** The documentation has both spellings for this call. */
const spellings = ['fileid', 'fileId'] as const;

export interface AddressContentsOptions {
  readonly client: ApiClient;
  readonly known: KnownFiles;
  readonly find: (ref: FileRef, signal: AbortSignal | undefined) => Promise<FileRecord>;
  readonly maxContentBytes: number;
}

/** The answer to one spelling of the parameter: the file with its content, the file without, or something else. */
interface Asked<Found> {
  readonly isEmpty: boolean;
  readonly record: FileRecord | undefined;
  readonly found: Found | undefined;
}

interface Whole {
  readonly entry: FileEntry;
  readonly bytes: Buffer;
}

/** The bytes of address files: small ones share requests, a large one has its own and is decoded while it comes. */
export class AddressContents {
  readonly #options: AddressContentsOptions;
  readonly #starting = new Turns(maxStarting);
  #spelling: (typeof spellings)[number] = 'fileid';

  constructor(options: AddressContentsOptions) {
    this.#options = options;
  }

  async open(ref: FileRef, signal: AbortSignal | undefined): Promise<Content> {
    const { known, maxContentBytes } = this.#options;
    const listed = await this.#listed(ref, signal);
    const { size } = listed;
    try {
      if (size === null || size > maxSharedBytes) return await this.#starting.run(signal, () => this.#stream(ref, listed, signal));
      const { entry, bytes } = await this.#ask(ref, (action) => this.#shared(ref, action, size, signal));
      checkSize(bytes.length, entry.size ?? size);
      if (bytes.length > maxContentBytes) throw tooLarge(`the file has ${bytes.length} bytes`, maxContentBytes);
      return contentOf(entry, new WholeBody(bytes), bytes.length);
    } catch (error) {
      known.forget(ref);
      if (!FileSourceError.is(error, 'too-large') || error.advice !== undefined) throw error;
      throw size === null ? tooLarge('the answer is longer than such a file can make it', maxContentBytes) : protocolError(`it is too long for a file of ${size} bytes`);
    }
  }

  /** What a listing says of the file. Throws `too-large`. */
  async #listed(ref: FileRef, signal: AbortSignal | undefined): Promise<FileEntry> {
    const { known, find, maxContentBytes } = this.#options;
    const fits = ({ size }: FileEntry): boolean => (size ?? 0) <= maxContentBytes;
    const before = known.get(ref);
    const entry = before !== undefined && fits(before) ? before : (await find(ref, signal)).entry;
    if (!fits(entry)) throw tooLarge(`the file has ${entry.size} bytes`, maxContentBytes);
    return entry;
  }

  /** Asks with one spelling and, where that is not heeded, with the other. */
  async #ask<Found>(ref: FileRef, ask: (action: Action) => Promise<Asked<Found>>): Promise<Found> {
    let seen: FileRecord | undefined;
    for (const parameter of [this.#spelling, ...spellings.filter((other) => other !== this.#spelling)]) {
      const action: Action = { resourceType: 'file', resourceId: 'address', parameters: { addressid: Number(ref.folder), [parameter]: Number(ref.file) } };
      const { isEmpty, record, found } = await ask(action).catch((error: unknown): Asked<Found> => {
        if (isUnknownParameter(error)) return { isEmpty: false, record: undefined, found: undefined };
        throw error;
      });
      seen = record ?? seen;
      if (isEmpty) throw noSuchFile();
      if (found === undefined) continue;
      this.#spelling = parameter;
      return found;
    }
    throw seen === undefined ? noSuchFile() : protocolError('it lacks the content of the file');
  }

  async #shared(ref: FileRef, action: Action, size: number, signal: AbortSignal | undefined): Promise<Asked<Whole>> {
    const { contents, ...data } = await this.#options.client.callForContent(action, size, signal);
    const record = recordOf(ref, data);
    const content = record === undefined || record.content === null ? undefined : contents[Number(record.content)];
    if (content !== undefined && 'error' in content) throw content.error;
    return { isEmpty: data.records.length === 0, record, found: foundOf(record, content?.bytes) };
  }

  async #stream(ref: FileRef, listed: FileEntry, signal: AbortSignal | undefined): Promise<Content> {
    const { client, known, maxContentBytes } = this.#options;
    let announced: FileEntry | undefined;
    /** What stands before the content may be less than half of what there is to say about the file. */
    const onContent = (data: ActionData | undefined): void => {
      const entry = data === undefined ? undefined : recordOf(ref, data)?.entry;
      announced = entry !== undefined && entry.size !== null && entry.modified !== null ? entry : listed;
    };
    const check = (data: ActionData, bytes: number): void => {
      const record = recordOf(ref, data);
      if (record === undefined) {
        // Until something was announced there is time to look at what came in its place.
        if (announced !== undefined) throw noSuchFile();
        return;
      }
      if (record.content === null) throw protocolError('it lacks the content of the file');
      if (announced !== undefined && isOther(record.entry, announced)) throw changed();
      checkSize(bytes, announced?.size ?? record.entry.size ?? listed.size);
    };
    return this.#ask(ref, async (action): Promise<Asked<Content>> => {
      const { data, body } = await client.stream(action, { maxBytes: maxAnswerBytes(listed.size ?? maxContentBytes), maxContentBytes, onContent, check, signal });
      const record = data === undefined ? undefined : recordOf(ref, data);
      const isForeign = data !== undefined && record === undefined;
      if (body === undefined || isForeign) {
        body?.destroy();
        const whole = foundOf(record, undefined);
        const found = whole === undefined ? undefined : contentOf(whole.entry, new WholeBody(whole.bytes), 0);
        return { isEmpty: data?.records.length === 0, record, found };
      }
      const entry = announced ?? record?.entry ?? listed;
      body.once('error', () => known.forget(ref));
      return { isEmpty: false, record, found: contentOf(entry, body, entry.size) };
    });
  }
}

function recordOf(ref: FileRef, { records }: ActionData): FileRecord | undefined {
  return records.map((wire) => fileRecordOf('address', ref.folder, wire)).find(({ entry }) => entry.id === ref.file);
}

/** An empty file may come with no content at all. */
function foundOf(record: FileRecord | undefined, bytes: Buffer | undefined): Whole | undefined {
  const content = bytes ?? (record?.entry.size === 0 ? Buffer.alloc(0) : undefined);
  return record === undefined || content === undefined ? undefined : { entry: record.entry, bytes: content };
}

function contentOf({ mediaType, name, validator }: FileEntry, body: Readable, size: number | null): Content {
  return { body, size, totalSize: size, offset: 0, mediaType, name, validator };
}

/** Throws when not as many bytes came as the file has. */
function checkSize(bytes: number, size: number | null): void {
  if (size === null || bytes === size) return;
  const message = `onOffice sent ${bytes} bytes of a file that has ${size}`;
  throw bytes < size ? new FileSourceError('truncated', message) : new FileSourceError('corrupt', message, { status: 'temporary' });
}

/** A validator is made of what an answer tells, and not every answer tells the same. */
function isOther(entry: FileEntry, before: FileEntry): boolean {
  if (entry.size !== null && before.size !== null && entry.size !== before.size) return true;
  const [now, then] = [entry.validator ?? '', before.validator ?? ''];
  return now !== then && now !== '' && now[0] === then[0];
}

function changed(): FileSourceError {
  return new FileSourceError('conflict', 'the file is not the one that was listed', { status: 'temporary', advice: 'It may have been changed just now; try again.' });
}

function tooLarge(what: string, most: number): FileSourceError {
  return new FileSourceError('too-large', `${what}, and at most ${most} are fetched`, { advice: 'Raise maxContentBytes of the source, or hand out a link to the page of the record.' });
}
