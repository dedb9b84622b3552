import { homeOf, type Hashing } from '@filesource/core';
import { uniquePartName } from '../local/own-names.ts';
import { SmallFileThread } from '../local/small-file-thread.ts';
import type { SmallFileOutcome } from '../local/small-file-writer.ts';
import type { TargetDirectory } from '../local/target-directory.ts';
import { targetError } from '../local/target-error.ts';
import type { DoneFile, Journal } from './journal.ts';
import type { PlannedFile } from './plan.ts';

/** Until a pull has seen so many, a thread would cost more than it saves. */
const fewFiles = 32;
/** Of files that are whole in memory; larger ones are written as they come. */
const mostBytes = 256 * 1024;
/** One group of files is forced to the disk, named and noted together. */
const groupFiles = 64;
const groupBytes = 1024 * 1024;
/** So long a group waits for more files: waking the thread costs more than writing one of them. */
const lingerMs = 5;
/** Groups at the thread at once: it has always something to do while this one is busy. */
const mostGroups = 4;
/** Bytes that wait to be written; past this, a file keeps its place, so that no other one is fetched. */
const mostWaitingBytes = 4 * 1024 * 1024;

interface Waiting {
  readonly file: PlannedFile;
  readonly bytes: Buffer;
  readonly resolve: (proof: Proof) => void;
  readonly reject: (error: unknown) => void;
}

interface Proof {
  readonly size: number;
  readonly sha256: string;
}

/**
 * Puts small files to their places in groups, on a thread of its own: hashing and writing them would take as long as fetching them.
 * - A crash costs no more than the groups under way, which are fetched again.
 */
export class SmallFiles {
  readonly #target: TargetDirectory;
  readonly #journal: Journal;
  readonly #isAllowed: boolean;
  #seen = 0;
  #thread: SmallFileThread | undefined;
  #groups = 0;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #heldBytes = 0;
  readonly #held: (() => void)[] = [];
  #lingering: NodeJS.Timeout | undefined;

  /** Only where hashing beside this thread is allowed: who brings hashing of their own wants every byte to pass it. */
  constructor(options: { readonly target: TargetDirectory; readonly journal: Journal; readonly hashing: Hashing }) {
    this.#target = options.target;
    this.#journal = options.journal;
    this.#isAllowed = options.hashing.isNodes === true;
  }

  /** Whether a file of so many bytes is for here. */
  takes(size: number): boolean {
    if (!this.#isAllowed || size > mostBytes) return false;
    this.#seen += 1;
    return this.#seen > fewFiles;
  }

  /** Resolves when the file has its name and is noted; calls `onTaken` as soon as there is room for another one. */
  save(file: PlannedFile, bytes: Buffer, onTaken: () => void): Promise<Proof> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ file, bytes, resolve, reject });
      this.#waitingBytes += bytes.length;
      this.#heldBytes += bytes.length;
      if (this.#heldBytes <= mostWaitingBytes) onTaken();
      else this.#held.push(onTaken);
      if (this.#waiting.length >= groupFiles || this.#waitingBytes >= groupBytes) this.#startGroup();
      else this.#lingering ??= setTimeout(() => this.#startGroup(), lingerMs);
    });
  }

  async close(): Promise<void> {
    await this.#thread?.close();
  }

  #startGroup(): void {
    clearTimeout(this.#lingering);
    this.#lingering = undefined;
    if (this.#waiting.length === 0 || this.#groups >= mostGroups) return;
    const group = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#groups += 1;
    void this.#write(group).finally(() => {
      this.#groups -= 1;
      for (const { bytes } of group) homeOf(bytes)?.giveBack(bytes.buffer as ArrayBuffer);
      this.#heldBytes -= group.reduce((sum, { bytes }) => sum + bytes.length, 0);
      if (this.#heldBytes <= mostWaitingBytes) for (const onTaken of this.#held.splice(0)) onTaken();
      this.#startGroup();
    });
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    try {
      this.#thread ??= new SmallFileThread();
      const places = group.map(({ file }) => ({ partPath: this.#target.resolve(uniquePartName()), finalPath: this.#target.resolve(file.path) }));
      const outcomes = await this.#thread.write(group.map(({ bytes }) => bytes), places);
      this.#journal.recordAllDone(group.flatMap(({ file, bytes }, index) => doneFile(file, bytes, outcomes[index])));
      for (const [index, waiting] of group.entries()) settle(waiting, outcomes[index]);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}

function doneFile({ path, entry }: PlannedFile, bytes: Buffer, outcome: SmallFileOutcome | undefined): DoneFile[] {
  return typeof outcome === 'string' ? [{ path, entry, size: bytes.length, sha256: outcome }] : [];
}

function settle({ file, bytes, resolve, reject }: Waiting, outcome: SmallFileOutcome | undefined): void {
  if (typeof outcome === 'string') resolve({ size: bytes.length, sha256: outcome });
  else reject(targetError(Object.assign(new Error(outcome?.message ?? 'it was left out'), { code: outcome?.code ?? '' }), file.path));
}
