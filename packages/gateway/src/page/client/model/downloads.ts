import type { Api } from '../api.ts';
import { archivesPath } from '../paths.ts';
import { recallForSession, rememberForSession } from '../storage.ts';
import type { OperationJson } from '../wire.ts';
import { Download, type DownloadNote } from './download.ts';
import { Observable } from './observable.ts';

/** Browsers open six connections to one host; each followed download holds one, and the rest of the page needs some too. */
const mostFollowed = 3;

/** The bulk downloads of this tab, the last one first; known again after a reload. */
export class Downloads extends Observable {
  readonly items: Download[] = [];
  readonly #api: Api;

  constructor(api: Api) {
    super();
    this.#api = api;
    for (const note of notes()) this.items.push(this.#watch(note));
  }

  /** Throws `ProblemError` when the gateway does not start it. */
  async begin(refs: readonly string[], of: Omit<DownloadNote, 'id'>): Promise<Download> {
    const { id } = await this.#api.post<OperationJson>(archivesPath(of.source), { refs });
    const download = this.#watch({ id, ...of });
    this.items.unshift(download);
    this.#keep();
    this.changed();
    this.followSome();
    return download;
  }

  remove(download: Download): void {
    download.stop();
    this.items.splice(this.items.indexOf(download), 1);
    this.#keep();
    this.changed();
    this.followSome();
  }

  /** Follows as many as it may, the oldest first. */
  followSome(): void {
    const active = this.items.filter(({ connection }) => connection === 'open' || connection === 'broken').length;
    const waiting = this.items.filter(({ connection, ended }) => connection === 'waiting' && !ended).reverse();
    for (const download of waiting.slice(0, Math.max(0, mostFollowed - active))) download.start();
  }

  /** Takes up those again whose events broke off, for example after a new sign-in. */
  resume(): void {
    for (const download of this.items) if (download.connection === 'closed' && !download.ended) download.connection = 'waiting';
    this.followSome();
  }

  forget(): void {
    for (const download of this.items.splice(0)) download.stop();
    this.changed();
  }

  #watch(note: DownloadNote): Download {
    const download = new Download(this.#api, note);
    download.follow(() => {
      if (download.connection === 'closed') this.followSome();
    }, new AbortController().signal);
    return download;
  }

  #keep(): void {
    rememberForSession('downloads', this.items.map(({ note }) => note));
  }
}

function notes(): readonly DownloadNote[] {
  const kept = recallForSession('downloads');
  return Array.isArray(kept) ? kept.filter(isNote) : [];
}

function isNote(value: unknown): value is DownloadNote {
  if (typeof value !== 'object' || value === null) return false;
  const { id, source, folder, name, count } = value as Record<string, unknown>;
  return typeof id === 'string' && typeof source === 'string' && typeof folder === 'string' && typeof name === 'string' && (count === null || typeof count === 'number');
}
