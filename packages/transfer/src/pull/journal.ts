import { closeSync, createReadStream, ftruncateSync, openSync, writeSync } from 'node:fs';
import { appendFile, open, rename, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { SourceFileEntry } from '@filesource/core';
import { z } from 'zod';
import { ownPrefix } from '../local/safe-name.ts';
import type { TargetDirectory } from '../local/target-directory.ts';
import { codeOf, endingTargetError, targetError } from '../local/target-error.ts';

/** What the vendor's list said of a file when it was fetched. */
const listedSchema = z.strictObject({ size: z.number().nullable(), validator: z.string().nullable(), modified: z.string().nullable() });
const doneSchema = z.strictObject({ type: z.literal('done'), path: z.string(), ref: z.string(), listed: listedSchema, size: z.int().min(0), sha256: z.string() });
/** So many bytes of a part are forced to the disk. */
const partSchema = z.strictObject({ type: z.literal('part'), path: z.string(), ref: z.string(), validator: z.string(), totalSize: z.int().min(0), bytes: z.int().min(0) });
const recordSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('journal'), version: z.literal(1) }),
  doneSchema,
  partSchema,
  /** The pull came to its end, with files missing. */
  z.strictObject({ type: z.literal('ended') }),
]);

/** A file that is at its place. */
export interface DoneFile {
  readonly path: string;
  readonly entry: SourceFileEntry;
  readonly size: number;
  readonly sha256: string;
}

type JournalRecord = z.output<typeof recordSchema>;
export type DoneRecord = z.output<typeof doneSchema>;
export type PartRecord = z.output<typeof partSchema>;

const journalName = `${ownPrefix}journal`;
/** A journal of millions of files has no room in one text: it is read and written in pieces. */
const pieceBytes = 1024 * 1024;
const longestLine = 16 * 1024 * 1024;

/**
 * What a pull has done so far, beside its target: a pull that was killed carries on from there.
 * - One line a record with its checksum; what was cut at the end by a crash is dropped, a damaged journal is set aside.
 */
export class Journal {
  readonly #path: string;
  readonly #done = new Map<string, DoneRecord>();
  readonly #parts = new Map<string, PartRecord>();
  #hadEnded = false;
  #isEmpty = true;
  #damaged: string | undefined;
  #fd: number | undefined;
  /** Bytes of whole records. */
  #length = 0;

  private constructor(path: string) {
    this.#path = path;
  }

  static async open(target: TargetDirectory): Promise<Journal> {
    const journal = new Journal(target.resolve(journalName));
    try {
      await journal.#load();
      await journal.#rewrite();
      return journal;
    } catch (error) {
      throw targetError(error, journalName);
    }
  }

  /** What a journal says, with nothing changed: for a look at what a pull would do. */
  static async peek(target: TargetDirectory): Promise<Pick<Journal, 'doneOf' | 'partOf'>> {
    const journal = new Journal(target.resolve(journalName));
    await journal.#read().catch(() => undefined);
    return journal;
  }

  /** Where a damaged journal of an earlier run was set aside; `undefined` where there was none. */
  get damaged(): string | undefined {
    return this.#damaged;
  }

  /** What an earlier run fetched for this file, unless the vendor's list says that it changed since. */
  doneOf(path: string, entry: SourceFileEntry): DoneRecord | undefined {
    const record = this.#done.get(path);
    if (record === undefined || record.ref !== entry.ref) return undefined;
    const listed = listedOf(entry);
    const same = listed.size === record.listed.size && listed.validator === record.listed.validator && listed.modified === record.listed.modified;
    // Some vendors tell nothing by which a change would show. Then only a run that was broken off is carried on.
    const isShown = listed.validator !== null || listed.modified !== null || !this.#hadEnded;
    return same && isShown ? record : undefined;
  }

  partOf(path: string, ref: string): PartRecord | undefined {
    const record = this.#parts.get(path);
    return record?.ref === ref ? record : undefined;
  }

  /** Files of which a part is there to be carried on. */
  get partPaths(): readonly string[] {
    return [...this.#parts.keys()];
  }

  recordDone(file: DoneFile): void {
    this.recordAllDone([file]);
  }

  /** With one write for all of them. */
  recordAllDone(files: readonly DoneFile[]): void {
    this.#append(files.map(({ path, entry, size, sha256 }) => ({ type: 'done', path, ref: entry.ref, listed: listedOf(entry), size, sha256 })));
    for (const { path } of files) this.#parts.delete(path);
  }

  recordPart(facts: Omit<PartRecord, 'type'>): void {
    const record: PartRecord = { type: 'part', ...facts };
    this.#append([record]);
    this.#parts.set(record.path, record);
  }

  /**
   * After `complete` nothing is left to carry on, and the journal goes; `incomplete` came to its end, `broken` did not.
   * - One that cannot be removed says that its pull came to its end: what that came to is known, and no reason to fail.
   */
  async close(how: 'complete' | 'incomplete' | 'broken'): Promise<void> {
    if (how === 'incomplete' && !this.#isEmpty) this.#append([{ type: 'ended' }]);
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    if (how === 'complete' || this.#isEmpty) await rm(this.#path, { force: true }).catch(() => appendFile(this.#path, lineOf({ type: 'ended' })).catch(() => undefined));
  }

  /** In one write; where that is not taken whole, as many as are. */
  #append(records: readonly JournalRecord[]): void {
    if (this.#fd === undefined || records.length === 0) return;
    this.#isEmpty = false;
    const lines = records.map(lineOf);
    try {
      this.#write(this.#fd, lines.join(''));
    } catch (error) {
      if (lines.length === 1) throw endingTargetError(error, journalName);
      for (const record of records) this.#append([record]);
    }
  }

  #write(fd: number, text: string): void {
    const bytes = Buffer.from(text);
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
      this.#length += bytes.length;
    } catch (error) {
      // A full disk may take half a line; what is written after that must not stand behind it.
      ftruncateSync(fd, this.#length);
      throw error;
    }
  }

  async #load(): Promise<void> {
    const isWhole = await this.#read().catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return true;
      throw error;
    });
    if (isWhole) return;
    this.#damaged = `${journalName}-damaged`;
    await rename(this.#path, `${this.#path}-damaged`);
  }

  /** False, and nothing is taken of it, where it is damaged anywhere but at its very end. */
  async #read(): Promise<boolean> {
    let [rest, isStart] = ['', true];
    for await (const piece of createReadStream(this.#path, { encoding: 'utf8', highWaterMark: pieceBytes }) as AsyncIterable<string>) {
      const text = rest + piece;
      const end = text.lastIndexOf('\n') + 1;
      rest = text.slice(end);
      const records = rest.length > longestLine ? undefined : parseJournal(text.slice(0, end), isStart);
      if (records === undefined) {
        this.#done.clear();
        this.#parts.clear();
        this.#hadEnded = false;
        return false;
      }
      isStart &&= records.length === 0;
      this.#take(records);
    }
    return true;
  }

  #take(records: readonly JournalRecord[]): void {
    for (const record of records) {
      if (record.type === 'done') {
        this.#done.set(record.path, record);
        this.#parts.delete(record.path);
      }
      if (record.type === 'part') this.#parts.set(record.path, record);
      if (record.type === 'ended') this.#hadEnded = true;
    }
  }

  /** As short as it can be, and without what was cut at its end. */
  async #rewrite(): Promise<void> {
    this.#isEmpty = this.#done.size + this.#parts.size === 0;
    const next = `${this.#path}-next`;
    await rm(next, { force: true });
    const handle = await open(next, 'wx');
    try {
      for (const text of this.#pieces()) {
        await handle.writeFile(text);
        this.#length += Buffer.byteLength(text);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(next, this.#path);
    this.#fd = openSync(this.#path, 'a');
  }

  /** Its lines, as few as can be. */
  *#pieces(): Generator<string, void> {
    let text = lineOf({ type: 'journal', version: 1 });
    for (const records of [this.#done, this.#parts]) {
      for (const record of records.values()) {
        text += lineOf(record);
        if (text.length < pieceBytes) continue;
        yield text;
        text = '';
      }
    }
    yield this.#hadEnded ? text + lineOf({ type: 'ended' }) : text;
  }
}

/** The records of a journal, or of what follows its start; `undefined` for one that is damaged anywhere but at its very end. */
export function parseJournal(text: string, isStart = true): JournalRecord[] | undefined {
  const lines = text.split('\n');
  // What follows the last line break is cut, or nothing.
  lines.pop();
  const records: JournalRecord[] = [];
  for (const line of lines) {
    const json = line.slice(9);
    const record = line.slice(0, 9) === `${checksum(json)} ` ? parseRecord(json) : undefined;
    if (record === undefined) return undefined;
    records.push(record);
  }
  return !isStart || records.length === 0 || records[0]?.type === 'journal' ? records : undefined;
}

function parseRecord(json: string): JournalRecord | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

function lineOf(record: JournalRecord): string {
  const json = JSON.stringify(record);
  return `${checksum(json)} ${json}\n`;
}

function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}

function listedOf(entry: SourceFileEntry): z.output<typeof listedSchema> {
  return { size: entry.size, validator: entry.validator, modified: entry.modified?.toISOString() ?? null };
}
