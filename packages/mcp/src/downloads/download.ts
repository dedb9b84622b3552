import { FileSourceError, toFileSourceError, type Archive, type Clock, type FileSource, type Hashing, type Operation } from '@filesource/core';
import { fetchArchive, type TransferEvent } from '@filesource/transfer';
import type { Place } from '../allowed-directory.ts';
import { shareOf } from '../progress.ts';
import { summarise, type ReceiptSummary } from './receipt-summary.ts';

export type DownloadStatus = 'running' | 'succeeded' | 'failed' | 'cancelled';

export interface DownloadRequest {
  readonly source: FileSource;
  /** Starts the vendor's job, or attaches to it; called once the place is known to take the archive. */
  readonly begin: (signal: AbortSignal) => Promise<Operation<Archive>>;
  /** The token that `begin` attaches by. */
  readonly attachedBy?: string;
  readonly convert: Readonly<Record<string, string>>;
  readonly place: Place;
  readonly overwrite: boolean;
  /** Unpack it into the place in place of keeping it whole. */
  readonly extract: boolean;
  readonly receiptPlace?: Place;
}

export interface DownloadPorts {
  readonly clock: Clock;
  readonly hashing: Hashing;
}

interface Begun {
  readonly resolve: (operation: Operation<Archive>) => void;
  readonly reject: (error: FileSourceError) => void;
}

/** How far a download is; `null` for what nobody knows. */
export interface DownloadProgress {
  /** `waiting` for the vendor to take the job, or for its turn. */
  readonly phase: 'waiting' | 'packing' | 'fetching';
  readonly percent: number | null;
  readonly bytes: number;
  readonly totalBytes: number | null;
}

/**
 * One bulk download while it runs, and how it ended: the vendor's job, its archive, and the proof.
 * - Goes on by itself, whoever waits for it.
 */
export class Download {
  readonly request: DownloadRequest;
  /** Resolves with the vendor's job as soon as it is there; rejects when there never was one. */
  readonly started: Promise<Operation<Archive>>;
  /** Resolves when it ended, well or not. */
  readonly ended: Promise<void>;
  status: DownloadStatus = 'running';
  progress: DownloadProgress = { phase: 'waiting', percent: null, bytes: 0, totalBytes: null };
  receipt: ReceiptSummary | undefined;
  error: FileSourceError | undefined;
  /** Somebody was told that it failed. */
  wasTold = false;
  readonly #stop = new AbortController();
  readonly #listeners = new Set<() => void>();
  #operation: Operation<Archive> | undefined;
  #tokens: readonly string[];

  constructor(request: DownloadRequest, ports: DownloadPorts) {
    this.request = request;
    this.#tokens = request.attachedBy === undefined ? [] : [request.attachedBy];
    let begun: Begun = { resolve: () => undefined, reject: () => undefined };
    this.started = new Promise((resolve, reject) => (begun = { resolve, reject }));
    this.started.catch(() => undefined);
    this.ended = this.#run(ports, begun);
  }

  get operation(): Operation<Archive> | undefined {
    return this.#operation;
  }

  /** What another process attaches by, as it is now. */
  get token(): string | null {
    return this.#operation?.token ?? null;
  }

  /** Also the one that it had before its end was seen, and the one that it was attached by. */
  hasToken(token: string): boolean {
    return this.token === token || this.#tokens.includes(token);
  }

  /** How much of it is done, 0 to 100: the packing is one half, the fetching the other. */
  get percent(): number {
    const { phase, percent, bytes, totalBytes } = this.progress;
    if (this.status === 'succeeded') return 100;
    return phase === 'fetching' ? 50 + 49 * shareOf(bytes, totalBytes) : (percent ?? 0) / 2;
  }

  /** Calls after each change; gives the function that ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Stops it here and at the vendor; does nothing after its end. */
  async cancel(signal?: AbortSignal): Promise<void> {
    if (this.status !== 'running') return;
    try {
      const { archiveCancel } = this.request.source.capabilities;
      if (archiveCancel.support !== 'unsupported') await this.#operation?.cancel(signal === undefined ? {} : { signal });
    } finally {
      this.#stop.abort(new FileSourceError('aborted', 'the download was cancelled'));
      await this.ended;
    }
  }

  /** Stops it here; the vendor's job is left alone where somebody else can go on with it. */
  async stop(): Promise<void> {
    if (this.status !== 'running') return;
    const abandoned = this.#operation?.token === null ? this.#operation : undefined;
    this.#stop.abort(new FileSourceError('aborted', 'the server ends'));
    await abandoned?.cancel().catch(() => undefined);
    await this.ended;
  }

  async #run(ports: DownloadPorts, begun: Begun): Promise<void> {
    const { source, begin, convert, place, extract, receiptPlace } = this.request;
    const { signal } = this.#stop;
    try {
      const receipt = await fetchArchive({
        source,
        operation: async () => {
          const operation = await begin(signal);
          this.#operation = operation;
          this.progress = { ...this.progress, phase: 'packing' };
          if (operation.token !== null) this.#tokens = [...this.#tokens, operation.token];
          begun.resolve(operation);
          return operation;
        },
        convert,
        to: extract ? { directory: place.path } : { file: place.path },
        signal,
        ...ports,
        onEvent: (event) => this.#take(event),
        ...(receiptPlace === undefined ? {} : { receiptFile: receiptPlace.path }),
      });
      this.receipt = summarise(receipt);
      this.status = 'succeeded';
    } catch (thrown) {
      this.error = toFileSourceError(thrown);
      this.status = this.error.kind === 'aborted' ? 'cancelled' : 'failed';
      begun.reject(this.error);
    } finally {
      place.release();
      receiptPlace?.release();
      this.#tell();
    }
  }

  #take(event: TransferEvent): void {
    if (event.type === 'operation-progress') this.progress = { ...this.progress, percent: event.percent };
    else if (event.type === 'progress') this.progress = { phase: 'fetching', percent: null, bytes: event.bytes, totalBytes: event.totalBytes };
    else return;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
