import { problemOf, type Api } from '../api.ts';
import { folderPath } from '../paths.ts';
import type { Entry, EntryPage, Problem, SourceInfo } from '../wire.ts';
import { Observable } from './observable.ts';
import { nameMatcher } from './name-matcher.ts';

const pageSize = 100;

/** A folder that is being looked at: what is loaded of it, what is searched for, what is chosen. */
export class Folder extends Observable {
  readonly source: SourceInfo;
  readonly id: string;
  readonly entries: Entry[] = [];
  readonly chosen = new Set<string>();
  query = '';
  matches: (name: string) => boolean = () => true;
  loading = false;
  complete = false;
  problem: Problem | null = null;
  readonly #api: Api;
  readonly #left = new AbortController();
  #cursor: string | null = null;

  constructor(api: Api, source: SourceInfo, id: string) {
    super();
    this.#api = api;
    this.source = source;
    this.id = id;
  }

  /** The next page; while something is searched for, all that are left. */
  async load(): Promise<void> {
    if (this.loading || this.complete) return;
    this.loading = true;
    this.problem = null;
    this.changed();
    try {
      do await this.#loadPage();
      while (this.query !== '' && !this.complete);
    } catch (error) {
      if (!this.#left.signal.aborted) this.problem = problemOf(error);
    } finally {
      this.loading = false;
      this.changed();
    }
  }

  /** Searches the whole folder, so it loads what is not loaded yet; an empty text ends the search. */
  search(query: string): void {
    if (query.trim() === this.query) return;
    this.query = query.trim();
    this.matches = nameMatcher(this.query);
    this.changed();
    if (this.query !== '') void this.load();
  }

  choose(entries: readonly Entry[], isChosen: boolean): void {
    for (const { ref } of entries) {
      if (isChosen) this.chosen.add(ref);
      else this.chosen.delete(ref);
    }
    this.changed();
  }

  chooseNone(): void {
    this.chosen.clear();
    this.changed();
  }

  /** Ends whatever is being loaded. */
  leave(): void {
    this.#left.abort();
  }

  async #loadPage(): Promise<void> {
    const limit = Math.min(pageSize, this.source.capabilities.limits.maxPageSize);
    const cursor = this.#cursor === null ? '' : `&cursor=${encodeURIComponent(this.#cursor)}`;
    const page = await this.#api.get<EntryPage>(`${folderPath(this.source.name, this.id)}/entries?limit=${limit}${cursor}`, this.#left.signal);
    for (const entry of page.items) this.entries.push(entry);
    this.#cursor = page.nextCursor;
    this.complete = this.#cursor === null;
    this.changed();
  }
}
