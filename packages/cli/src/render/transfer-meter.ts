import type { TransferEvent } from '@filesource/transfer';
import { bytesText, durationText } from './values.ts';

const rateWindowMs = 5_000;

/** How far a transfer is, how fast it goes and how long it will take, from its events. */
export class TransferMeter {
  #files = 0;
  #totalFiles = 0;
  #bytes = 0;
  #totalBytes: number | null = null;
  #failed = 0;
  #isPlanned = false;
  #operation: { readonly percent: number | null; readonly processed: number | null } | undefined;
  readonly #countsFiles: boolean;
  readonly #samples: { readonly atMs: number; readonly bytes: number }[] = [];

  /** @param options.countsFiles False where files come in one piece and only its bytes can be followed. */
  constructor(options: { readonly countsFiles: boolean } = { countsFiles: true }) {
    this.#countsFiles = options.countsFiles;
  }

  take(event: TransferEvent, nowMs: number): void {
    switch (event.type) {
      case 'planned':
        this.#isPlanned = true;
        this.#totalFiles = event.files;
        this.#totalBytes = event.bytes;
        break;
      case 'progress':
        this.#operation = undefined;
        this.#files = event.files;
        this.#totalFiles = event.totalFiles;
        this.#bytes = event.bytes;
        this.#totalBytes = event.totalBytes;
        this.#sample(nowMs);
        break;
      case 'file-failed':
        this.#failed += 1;
        break;
      case 'operation-progress':
        this.#operation = event;
        break;
      case 'journal-damaged':
      case 'folder-empty':
      case 'file-started':
      case 'file-done':
      case 'done':
        break;
    }
  }

  /** 0 to 1; by bytes where their sum is known, else by files. */
  get fraction(): number {
    if (this.#operation !== undefined) return (this.#operation.percent ?? 0) / 100;
    const [done, total] = this.#totalBytes === null || this.#totalBytes === 0 ? [this.#files, this.#totalFiles] : [this.#bytes, this.#totalBytes];
    return total === 0 ? 0 : Math.min(1, done / total);
  }

  /** Bytes a second over the last seconds; `null` before there is anything to measure. */
  get rate(): number | null {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.atMs - first.atMs < 200) return null;
    return ((last.bytes - first.bytes) * 1000) / (last.atMs - first.atMs);
  }

  get remainingMs(): number | null {
    const { rate } = this;
    if (rate === null || rate <= 0 || this.#totalBytes === null || (this.#countsFiles && !this.#isPlanned)) return null;
    return ((this.#totalBytes - this.#bytes) / rate) * 1000;
  }

  text(): string {
    if (this.#operation !== undefined) {
      const { percent, processed } = this.#operation;
      const parts = ['the vendor is packing'];
      if (percent !== null) parts.push(`${Math.floor(percent)} %`);
      if (processed !== null) parts.push(`${processed} done`);
      return parts.join(', ');
    }
    const more = this.#isPlanned || !this.#countsFiles ? '' : '+';
    const parts = [
      ...(this.#countsFiles ? [`${this.#files}/${this.#totalFiles}${more} files`] : []),
      this.#totalBytes === null ? bytesText(this.#bytes) : `${bytesText(this.#bytes)}/${bytesText(this.#totalBytes)}${more}`,
    ];
    const { rate, remainingMs } = this;
    if (rate !== null) parts.push(`${bytesText(Math.round(rate))}/s`);
    if (remainingMs !== null) parts.push(`${durationText(remainingMs)} left`);
    if (this.#failed > 0) parts.push(`${this.#failed} failed`);
    return parts.join('  ');
  }

  #sample(nowMs: number): void {
    this.#samples.push({ atMs: nowMs, bytes: this.#bytes });
    while (this.#samples.length > 2 && nowMs - (this.#samples[0]?.atMs ?? nowMs) > rateWindowMs) this.#samples.shift();
  }
}
