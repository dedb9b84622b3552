import { createFileSources, type CreateFileSourcesOptions, type FileSources } from '@filesource/container';

// #region swappable-sources
interface Generation {
  readonly sources: FileSources;
  /** Transfers that still use it. */
  running: number;
  /** A newer one is there: to be closed with its last transfer. */
  isOld: boolean;
}

/**
 * Sources that follow their config while the program runs.
 * - A new config is validated before it counts; a wrong one changes nothing.
 * - What began with the old sources ends with them; they are closed after their last transfer.
 */
export class SwappableSources {
  readonly #options: CreateFileSourcesOptions;
  #current: Generation;
  #reloading: Promise<void> = Promise.resolve();

  private constructor(options: CreateFileSourcesOptions, sources: FileSources) {
    this.#options = options;
    this.#current = { sources, running: 0, isOld: false };
  }

  static async open(options: CreateFileSourcesOptions): Promise<SwappableSources> {
    return new SwappableSources(options, await createFileSources(options));
  }

  /** Runs one piece of work on the sources of this moment. */
  async use<T>(work: (sources: FileSources) => Promise<T>): Promise<T> {
    const generation = this.#current;
    generation.running += 1;
    try {
      return await work(generation.sources);
    } finally {
      generation.running -= 1;
      await closeIfDone(generation);
    }
  }

  /** Reads the config again. Throws `config-invalid`, and keeps what is there, for a config that is wrong. One at a time. */
  reload(): Promise<void> {
    const reloaded = this.#reloading.then(() => this.#swap());
    this.#reloading = reloaded.catch(() => undefined);
    return reloaded;
  }

  async #swap(): Promise<void> {
    const sources = await createFileSources(this.#options);
    const old = this.#current;
    this.#current = { sources, running: 0, isOld: false };
    old.isOld = true;
    await closeIfDone(old);
  }

  async close(): Promise<void> {
    await this.#reloading;
    this.#current.isOld = true;
    await closeIfDone(this.#current);
  }
}

async function closeIfDone({ sources, running, isOld }: Generation): Promise<void> {
  if (isOld && running === 0) await sources.close();
}
// #endregion
