import type { Api } from '../api.ts';
import { folderPath } from '../paths.ts';
import { visibleName } from '../text/visible-name.ts';
import type { Entry } from '../wire.ts';
import { Observable } from './observable.ts';

/** The names of folders, as far as the page has met them; otherwise their ids. */
export class FolderNames extends Observable {
  readonly #api: Api;
  readonly #names = new Map<string, string>();
  readonly #asked = new Set<string>();

  constructor(api: Api) {
    super();
    this.#api = api;
  }

  /** The name, or the id until the name is known; asks the gateway for it once. */
  nameOf(source: string, folder: string): string {
    const known = this.#names.get(folderPath(source, folder));
    if (known === undefined) void this.#ask(source, folder);
    return visibleName(known === undefined || known === '' ? folder : known);
  }

  learn(source: string, entries: readonly Entry[]): void {
    for (const { kind, id, name } of entries) if (kind === 'folder') this.#names.set(folderPath(source, id), name);
  }

  async #ask(source: string, folder: string): Promise<void> {
    const path = folderPath(source, folder);
    if (this.#asked.has(path)) return;
    this.#asked.add(path);
    try {
      this.#names.set(path, (await this.#api.get<Entry>(path)).name);
      this.changed();
    } catch {
      // The listing of the folder fails for the same reason and says so; the id stands in for the name.
    }
  }
}
