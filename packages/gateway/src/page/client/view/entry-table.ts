import type { Folder } from '../model/folder.ts';
import { t } from '../text/language.ts';
import type { Entry, Problem } from '../wire.ts';
import { el } from './dom.ts';
import { entryRow } from './entry-row.ts';

export interface EntryTableOptions {
  readonly folder: Folder;
  readonly hrefOf: (entry: Entry) => string;
  readonly check: (entry: Entry) => Promise<Problem | null>;
  readonly signal: AbortSignal;
}

/** Rows drawn in one go; the page answers in between. They become more, as each go makes the browser look at the whole table. */
const firstChunk = 250;
const largestChunk = 1000;

/** The entries that match, in the vendor's order. New pages are added at the end; only another search makes it new. */
export class EntryTable {
  readonly element: HTMLTableElement;
  readonly shown: Entry[] = [];
  readonly #options: EntryTableOptions;
  readonly #body = el('tbody', {});
  #drawing = new AbortController();
  #queue: Entry[] = [];
  #query = '';
  #seen = 0;
  #lastIndex: number | null = null;

  constructor(options: EntryTableOptions) {
    this.#options = options;
    const heads = [t().name, t().size, t().modified, t().type, t().action];
    const classes = ['', 'number', 'wide modified', 'wide type', 'action'];
    const choice = el('th', { scope: 'col', class: 'choice' }, el('span', { class: 'visually-hidden' }, t().choice));
    const row = el('tr', {}, choice, ...heads.map((head, index) => el('th', { scope: 'col', class: classes[index] }, head)));
    this.element = el('table', { class: 'entries', 'aria-labelledby': 'title' }, el('thead', {}, row), this.#body);
    this.#body.addEventListener('click', (event) => this.#onClick(event));
    options.signal.addEventListener('abort', () => this.#drawing.abort(), { once: true });
    options.folder.follow(() => this.#sync(), options.signal);
    this.#sync();
  }

  focusRow(index: number): void {
    this.#body.rows[index]?.querySelector('input')?.focus();
  }

  /** Brings what is shown in line with the folder. */
  #sync(): void {
    const { folder } = this.#options;
    if (folder.query !== this.#query) this.#restart(folder.query);
    const found = folder.entries.slice(this.#seen).filter(({ name }) => folder.matches(name));
    this.#seen = folder.entries.length;
    for (const entry of found) this.shown.push(entry);
    this.#draw(found);
    for (const box of this.#boxes()) box.checked = folder.chosen.has(box.value);
  }

  #restart(query: string): void {
    this.#drawing.abort();
    this.#drawing = new AbortController();
    this.#body.replaceChildren();
    this.#queue = [];
    this.shown.length = 0;
    this.#query = query;
    this.#seen = 0;
    this.#lastIndex = null;
  }

  /** Rows keep their order although the chunks of one page may still be on their way when the next comes. */
  #draw(found: readonly Entry[]): void {
    const waiting = this.#queue.length > 0;
    for (const entry of found) this.#queue.push(entry);
    if (!waiting) this.#drawQueue();
  }

  #drawQueue(chunk = firstChunk): void {
    const { signal } = this.#drawing;
    this.#body.append(...this.#queue.splice(0, chunk).map((entry) => this.#row(entry)));
    if (this.#queue.length > 0) setTimeout(() => signal.aborted || this.#drawQueue(Math.min(2 * chunk, largestChunk)));
  }

  #row(entry: Entry): HTMLElement {
    const { folder, hrefOf, check } = this.#options;
    return entryRow(entry, { source: folder.source, isChosen: folder.chosen.has(entry.ref), href: hrefOf(entry), check });
  }

  #boxes(): NodeListOf<HTMLInputElement> {
    return this.#body.querySelectorAll<HTMLInputElement>('input[type=checkbox]');
  }

  /** With the shift key, everything between the last box and this one follows it. */
  #onClick(event: MouseEvent): void {
    const box = event.target;
    if (!(box instanceof HTMLInputElement)) return;
    const index = box.closest('tr')?.sectionRowIndex ?? 0;
    const from = event.shiftKey && this.#lastIndex !== null ? this.#lastIndex : index;
    this.#lastIndex = index;
    this.#options.folder.choose(this.shown.slice(Math.min(from, index), Math.max(from, index) + 1), box.checked);
  }
}
