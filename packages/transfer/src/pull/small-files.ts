import type { Hashing } from '@filesource/core';
import { uniquePartName } from '../local/own-names.ts';
import { SmallFileThread, type ThreadOutcome } from '../local/small-file-thread.ts';
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
/** What waits to be written or is; past this, a file keeps its place, so that no other one is fetched. */
const mostHeldBytes = 4 * 1024 * 1024;
const mostHeldFiles = 512;

interface Waiting {
  readonly file: PlannedFile;
  readonly bytes: Buffer;
  /** Of the bytes, which may be elsewhere by the time it is asked for. */
  readonly size: number;
  /** `undefined`: the bytes were lost. */
  readonly resolve: (proof: Proof | undefined) => void;
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
  #expected = 0;
  #thread: SmallFileThread | undefined;
  #groups = 0;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #heldBytes = 0;
  #heldFiles = 0;
  /** Of files that keep their place. */
  readonly #places: (() => void)[] = [];
  #lingering: NodeJS.Timeout | undefined;
  #givenUp: { readonly error: unknown } | undefined;

  /** Only where hashing beside this thread is allowed: who brings hashing of their own wants every byte to pass it. */
  constructor(options: { readonly target: TargetDirectory; readonly journal: Journal; readonly hashing: Hashing }) {
    this.#target = options.target;
    this.#journal = options.journal;
    this.#isAllowed = options.hashing.isNodes === true;
  }

  /** A file of so many bytes, as far as its vendor says, is about to be fetched: where there are many, the thread starts before the first one comes. */
  expect(size: number | null): void {
    if (!this.#isAllowed || (size !== null && size > mostBytes)) return;
    this.#expected += 1;
    if (this.#expected > fewFiles) this.#thread ??= new SmallFileThread();
  }

  /** Files of these sizes are about to be expected: starting the thread takes as long as fetching hundreds of them, so it starts while more are listed. */
  foresee(sizes: readonly (number | null)[]): void {
    if (this.#isAllowed && sizes.filter((size) => size === null || size <= mostBytes).length > fewFiles) this.#thread ??= new SmallFileThread();
  }

  /** Whether a file of so many bytes is for here. */
  takes(size: number): boolean {
    return this.#thread !== undefined && size <= mostBytes;
  }

  /**
   * Resolves when the file has its name and is noted; calls `onTaken` as soon as there is room for another one.
   * - Nobody may look at the bytes any more.
   * - To `undefined` when the bytes were lost with the thread that had them: the file has to be fetched again.
   */
  save(file: PlannedFile, bytes: Buffer, onTaken: () => void): Promise<Proof | undefined> {
    if (this.#givenUp !== undefined) return Promise.reject(this.#givenUp.error);
    return new Promise((resolve, reject) => {
      const size = bytes.length;
      this.#waiting.push({ file, bytes, size, resolve, reject });
      this.#waitingBytes += size;
      this.#heldBytes += size;
      this.#heldFiles += 1;
      if (this.#hasRoom) onTaken();
      else this.#places.push(onTaken);
      if (this.#waiting.length >= groupFiles || this.#waitingBytes >= groupBytes) this.#startGroup();
      else this.#lingering ??= setTimeout(() => this.#startGroup(), lingerMs);
    });
  }

  /** Nothing more is written, but for what the disk is at this very moment; files that have no name yet fail with the error. */
  giveUp(error: unknown): void {
    this.#givenUp ??= { error };
    clearTimeout(this.#lingering);
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    this.#thread?.giveUp(error);
  }

  async close(): Promise<void> {
    await this.#thread?.close();
  }

  get #hasRoom(): boolean {
    return this.#heldBytes <= mostHeldBytes && this.#heldFiles <= mostHeldFiles;
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
      this.#heldBytes -= group.reduce((sum, { size }) => sum + size, 0);
      this.#heldFiles -= group.length;
      if (this.#hasRoom) for (const onTaken of this.#places.splice(0)) onTaken();
      this.#startGroup();
    });
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    try {
      const thread = (this.#thread ??= new SmallFileThread());
      const tasks = group.map(({ file, bytes }) => ({ bytes, partPath: this.#target.resolve(uniquePartName()), finalPath: this.#target.resolve(file.path) }));
      const outcomes = await thread.write(tasks);
      this.#journal.recordAllDone(group.flatMap((waiting, index) => doneFile(waiting, outcomes[index])));
      for (const [index, waiting] of group.entries()) settle(waiting, outcomes[index]);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}

function doneFile({ file: { path, entry }, size }: Waiting, outcome: ThreadOutcome | undefined): DoneFile[] {
  return typeof outcome === 'string' ? [{ path, entry, size, sha256: outcome }] : [];
}

function settle({ file, size, resolve, reject }: Waiting, outcome: ThreadOutcome | undefined): void {
  if (typeof outcome === 'string') resolve({ size, sha256: outcome });
  else if (outcome !== undefined && 'isLost' in outcome) resolve(undefined);
  else reject(targetError(Object.assign(new Error(outcome?.message ?? 'it was left out'), { code: outcome?.code ?? '' }), file.path));
}
