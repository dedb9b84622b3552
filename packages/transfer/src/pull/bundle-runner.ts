import type { FileSource } from '@filesource/core';
import type { Bundle } from './bundler.ts';
import { fetchBundle, type FetchBundleOptions } from './fetch-bundle.ts';
import type { PlannedFile } from './plan.ts';

export interface BundleRunnerOptions extends FetchBundleOptions {
  /** A file that its archive did not bring. */
  readonly onLeft: (file: PlannedFile) => Promise<unknown>;
  /** What ended a bundle and is no matter of its archive. */
  readonly onError: (error: unknown) => void;
}

/**
 * Fetches archives one after another: vendors make no more at once for one user.
 * - A source whose archive fails gets no other one; its files come by themselves.
 */
export class BundleRunner {
  readonly #options: BundleRunnerOptions;
  readonly #failed = new Set<FileSource>();
  #running: Promise<void> = Promise.resolve();

  constructor(options: BundleRunnerOptions) {
    this.#options = options;
  }

  add(bundle: Bundle): void {
    this.#running = this.#running.then(() => this.#fetch(bundle)).catch((error: unknown) => this.#options.onError(error));
  }

  /** Resolves when nothing is under way and all that is left was handed over. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #fetch(bundle: Bundle): Promise<void> {
    const { signal, onLeft } = this.#options;
    if (signal.aborted) return;
    let left: readonly PlannedFile[] = bundle.files;
    if (!this.#failed.has(bundle.source)) {
      const fetched = await fetchBundle(bundle, this.#options);
      ({ left } = fetched);
      if (fetched.error !== undefined) this.#failed.add(bundle.source);
    }
    for (const file of left) await onLeft(file);
  }
}
