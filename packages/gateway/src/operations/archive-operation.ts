import { stat } from 'node:fs/promises';
import { abortError, FileSourceError, toFileSourceError, type Archive, type Clock, type FileSource, type Hashing, type Operation } from '@filesource/core';
import { fetchArchive, type Receipt, type TransferEvent } from '@filesource/transfer';
import type { z } from 'zod';
import type { operationSchema, operationStates } from '../routes/schemas.ts';

export type OperationState = (typeof operationStates)[number];
export type OperationJson = z.output<typeof operationSchema>;

export interface ArchiveOperationOptions {
  readonly id: string;
  /** The name of the token that it belongs to. */
  readonly owner: string;
  readonly source: FileSource;
  /** Starts it at the vendor, or attaches to it. */
  readonly begin: (signal: AbortSignal) => Promise<Operation<Archive>>;
  readonly convert: Readonly<Record<string, string>>;
  /** Whether the vendor is told to stop when nobody waits any more. */
  readonly isOurs: boolean;
  readonly file: string;
  readonly clock: Clock;
  readonly hashing: Hashing;
  readonly timeoutMs: number;
  /** How long it is kept after its end. */
  readonly lifetimeMs: number;
  /** Throws when these bytes have no room; asked as they come. */
  readonly checkRoom: () => void;
}

export interface FetchedArchive {
  readonly receipt: Receipt;
  readonly name: string;
  readonly mediaType: string;
  readonly size: number;
}

const mediaTypes: Readonly<Record<NonNullable<Receipt['format']>, string>> = { zip: 'application/zip', 'tar.gz': 'application/gzip', single: 'application/octet-stream' };

/** One archive, from its start at the vendor to the file that is proven; tells everybody who listens of each change. */
export class ArchiveOperation {
  readonly id: string;
  readonly owner: string;
  readonly created: Date;
  /** Resolves once the vendor has it; rejects when it could not even be started. */
  readonly begun: Promise<void>;
  /** Resolves at the end, whatever that is. */
  readonly ended: Promise<void>;
  readonly #options: ArchiveOperationOptions;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<() => void>();
  #operation: Operation<Archive> | undefined;
  #state: OperationState = 'running';
  #percent: number | null = null;
  #processed: number | null = null;
  #bytes = 0;
  #totalBytes: number | null = null;
  #error: FileSourceError | undefined;
  #fetched: FetchedArchive | undefined;
  #expires: Date | undefined;

  constructor(options: ArchiveOperationOptions) {
    this.id = options.id;
    this.owner = options.owner;
    this.created = new Date(options.clock.now());
    this.#options = options;
    let settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined;
    this.begun = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
    });
    this.begun.catch(() => undefined);
    this.ended = this.#run(() => settle?.resolve()).catch((error: unknown) => {
      settle?.reject(error);
      this.#fail(toFileSourceError(error));
    });
  }

  get source(): string {
    return this.#options.source.name;
  }

  get state(): OperationState {
    return this.#state;
  }

  get isEnded(): boolean {
    return this.#state !== 'running' && this.#state !== 'fetching';
  }

  get fetched(): FetchedArchive | undefined {
    return this.#fetched;
  }

  get file(): string {
    return this.#options.file;
  }

  get error(): FileSourceError | undefined {
    return this.#error;
  }

  /** Bytes that it takes on the disk, or will take as far as that is known. */
  get spoolBytes(): number {
    if (this.#fetched !== undefined) return this.#fetched.size;
    return this.isEnded ? 0 : Math.max(this.#bytes, this.#totalBytes ?? 0);
  }

  /** Calls `listener` at every change; what it returns ends that. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Stops it here and at the vendor. Does nothing after the end. */
  async cancel(): Promise<void> {
    if (this.isEnded) return;
    this.#state = 'cancelled';
    this.#stop.abort(new FileSourceError('aborted', 'the operation was cancelled'));
    this.#tell();
    await this.#stopAtVendor();
  }

  /** Stops it here and leaves the vendor alone: its token is good elsewhere. */
  async leave(): Promise<void> {
    this.#stop.abort(new FileSourceError('aborted', 'the gateway is shutting down', { advice: 'Attach to the operation by its token.' }));
    await this.ended;
  }

  toJson(): OperationJson {
    const { id } = this;
    const receipt = this.#fetched === undefined ? null : `/v1/operations/${id}/receipt`;
    return {
      id,
      source: this.source,
      state: this.#state,
      percent: this.#percent,
      processed: this.#processed,
      bytes: this.#bytes,
      totalBytes: this.#totalBytes,
      token: this.#operation?.token ?? null,
      error: this.#error === undefined ? null : { kind: this.#error.kind, message: this.#error.message, advice: this.#error.advice ?? null },
      receipt,
      content: receipt === null ? null : `/v1/operations/${id}/content`,
      created: this.created.toISOString(),
      expires: this.#expires?.toISOString() ?? null,
    };
  }

  async #run(onBegun: () => void): Promise<void> {
    const { source, begin, convert, file, clock, hashing, timeoutMs } = this.#options;
    const { signal } = this.#stop;
    const receipt = await fetchArchive({
      source,
      operation: async () => {
        this.#operation = await begin(signal);
        onBegun();
        if (signal.aborted) throw abortError(signal);
        return this.#operation;
      },
      convert,
      to: { file },
      signal,
      clock,
      hashing,
      timeoutMs,
      onEvent: (event) => this.#take(event),
    });
    if (signal.aborted || this.#operation === undefined) throw abortError(signal);
    const [archive, { size }] = await Promise.all([this.#operation.result(), stat(file)]);
    const format = receipt.format ?? 'zip';
    // The path is the gateway's own affair; to its clients the archive has a name.
    this.#fetched = { receipt: { ...receipt, file: archive.name }, name: archive.name, mediaType: mediaTypes[format], size };
    this.#bytes = size;
    this.#totalBytes = size;
    this.#percent = 100;
    this.#state = receipt.complete ? 'succeeded' : 'incomplete';
    this.#tell();
  }

  #take(event: TransferEvent): void {
    if (this.isEnded) return;
    if (event.type === 'operation-progress') {
      // An archive that is made while it is read is no job of a vendor, and nobody knows how far it is.
      if (this.#options.source.capabilities.archive.support === 'native') {
        this.#percent = event.percent;
        this.#processed = event.processed;
      }
    } else if (event.type === 'progress') {
      this.#state = 'fetching';
      this.#bytes = event.bytes;
      this.#totalBytes = event.totalBytes;
      this.#options.checkRoom();
    } else return;
    this.#tell();
  }

  #fail(error: FileSourceError): void {
    if (this.#state === 'cancelled') return;
    const isGivenUp = error.kind === 'timeout' || error.kind === 'too-large';
    if (isGivenUp && this.#options.isOurs) void this.#stopAtVendor();
    this.#state = 'failed';
    // Its message names the path.
    this.#error = error.kind === 'target-failed' ? new FileSourceError('target-failed', 'the disk of the gateway cannot be written', { advice: 'Tell whoever runs it.' }) : error;
    this.#tell();
  }

  async #stopAtVendor(): Promise<void> {
    // It may have ended by itself, or the vendor may have no way to stop it; here it has ended all the same.
    await this.#operation?.cancel().catch(() => undefined);
  }

  #tell(): void {
    if (this.isEnded) this.#expires ??= new Date(this.#options.clock.now() + this.#options.lifetimeMs);
    for (const listener of this.#listeners) listener();
  }
}
