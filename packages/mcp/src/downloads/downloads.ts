import { randomBytes } from 'node:crypto';
import { FileSourceError, throwIfAborted } from '@filesource/core';
import { limits } from '../limits.ts';
import { Download, type DownloadPorts, type DownloadRequest } from './download.ts';

/** A download with the handle that this server knows it by. */
export interface KnownDownload {
  readonly handle: string;
  readonly download: Download;
}

/** The bulk downloads of one server, running and ended: bounded, and shared by its sessions. */
export class Downloads {
  readonly #ports: DownloadPorts;
  readonly #known = new Map<string, { readonly download: Download; endedMs?: number }>();
  readonly #closing = new AbortController();

  constructor(ports: DownloadPorts) {
    this.#ports = ports;
  }

  /**
   * Starts one, and waits a little for the vendor to take the job: there may be others before it.
   * - Throws `conflict` when too many run, and what the vendor throws at once.
   */
  async start(request: DownloadRequest, handle = `download_${randomBytes(9).toString('base64url')}`): Promise<KnownDownload> {
    try {
      throwIfAborted(this.#closing.signal);
      this.#makePlace();
    } catch (error) {
      request.place.release();
      request.receiptPlace?.release();
      throw error;
    }
    const download = new Download(request, this.#ports);
    const known: { readonly download: Download; endedMs?: number } = { download };
    this.#known.set(handle, known);
    void download.ended.then(() => (known.endedMs = this.#ports.clock.now()));
    const waiting = new AbortController();
    const patience = this.#ports.clock.sleep(limits.startMs, waiting.signal).catch(() => undefined);
    try {
      await Promise.race([download.started, patience]);
    } catch (error) {
      if (this.#known.get(handle) === known) this.#known.delete(handle);
      throw error;
    } finally {
      waiting.abort();
    }
    return { handle, download };
  }

  /** By handle or by token; `undefined` for one that this server does not know. */
  find(text: string): KnownDownload | undefined {
    this.#sweep();
    for (const [handle, { download }] of this.#known) if (handle === text || download.hasToken(text)) return { handle, download };
    return undefined;
  }

  /** Ends them all here; jobs of vendors go on where their token leads back to them. */
  async close(): Promise<void> {
    this.#closing.abort(new FileSourceError('aborted', 'the server ends'));
    await Promise.allSettled([...this.#known.values()].map(({ download }) => download.stop()));
  }

  #makePlace(): void {
    this.#sweep();
    const running = [...this.#known.values()].filter(({ download }) => download.status === 'running').length;
    if (running >= limits.runningDownloads) {
      throw new FileSourceError('conflict', `${running} downloads run already, and no more than that at once`, { advice: 'Follow one to its end, or cancel one.' });
    }
    for (const [handle, { download }] of this.#known) {
      if (this.#known.size < limits.keptDownloads) break;
      if (download.status !== 'running') this.#known.delete(handle);
    }
  }

  #sweep(): void {
    const oldestMs = this.#ports.clock.now() - limits.keptDownloadMs;
    for (const [handle, { endedMs }] of this.#known) if (endedMs !== undefined && endedMs < oldestMs) this.#known.delete(handle);
  }
}
