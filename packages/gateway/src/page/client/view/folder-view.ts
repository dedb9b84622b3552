import type { Folder } from '../model/folder.ts';
import { countEntries, formatNumber } from '../text/format.ts';
import { t } from '../text/language.ts';
import type { Entry, Problem } from '../wire.ts';
import { button, el, setText } from './dom.ts';
import { EntryTable } from './entry-table.ts';
import { problemBox } from './problem-box.ts';
import { selectionBar } from './selection-bar.ts';

export interface FolderViewOptions {
  readonly folder: Folder;
  readonly title: string;
  readonly hrefOf: (entry: Entry) => string;
  /** The refs of the chosen entries, or `null` for the whole folder. Throws `ProblemError`. */
  readonly download: (chosen: ReadonlySet<string> | null) => Promise<void>;
  readonly check: (entry: Entry) => Promise<Problem | null>;
  readonly signal: AbortSignal;
}

/** A folder: the search, what is chosen, the entries. */
export function folderView({ folder, title, hrefOf, download, check, signal }: FolderViewOptions): HTMLElement {
  const trouble = el('div', {});
  const status = el('p', { class: 'quiet', role: 'status', id: 'folder-status' });
  const more = button(t().more, () => void loadMore(), { id: 'more' });
  // First of all: what the others tell depends on what it shows.
  const table = new EntryTable({ folder, hrefOf, check, signal });
  const bar = selectionBar({ folder, shown: () => table.shown, download, signal });

  async function loadMore(): Promise<void> {
    const before = table.shown.length;
    await folder.load();
    // The button goes away with the last page; the focus goes on to what it brought.
    if (folder.complete) table.focusRow(before);
  }

  function sync(): void {
    setText(status, statusText(folder, table.shown.length));
    more.hidden = folder.complete || folder.query !== '' || folder.problem !== null;
    more.setAttribute('aria-disabled', String(folder.loading));
    const isEmpty = table.shown.length === 0;
    table.element.hidden = isEmpty;
    bar.hidden = folder.entries.length === 0;
    trouble.replaceChildren(...(folder.problem === null ? [] : [problemBox(folder.problem, () => void folder.load())]));
  }

  folder.follow(sync, signal);
  sync();
  return el(
    'section',
    { class: 'folder', 'aria-labelledby': 'title' },
    el('h1', { id: 'title', tabindex: '-1' }, el('bdi', {}, title)),
    searchField(folder, signal),
    status,
    trouble,
    bar,
    table.element,
    el('div', { class: 'row' }, more),
  );
}

function statusText(folder: Folder, shown: number): string {
  const { length } = folder.entries;
  if (folder.query !== '') return searchText(folder, shown);
  if (folder.loading && length === 0) return t().loading;
  if (folder.complete && length === 0) return t().emptyFolder;
  if (length === 0) return '';
  return folder.complete ? t().loadedAll(countEntries(length)) : t().loadedSome(countEntries(length));
}

function searchText({ complete, loading, entries }: Folder, shown: number): string {
  const [seen, found] = [countEntries(entries.length), formatNumber(shown)];
  if (loading) return t().searching(seen, found);
  if (!complete) return t().searchStopped(seen, found);
  return shown === 0 ? t().nothingFound : t().searched(seen, found);
}

function searchField(folder: Folder, signal: AbortSignal): HTMLElement {
  const input = el('input', { id: 'search', type: 'search', autocomplete: 'off', spellcheck: 'false', value: folder.query, 'aria-describedby': 'folder-status' });
  let timer: ReturnType<typeof setTimeout> | undefined;
  input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => folder.search(input.value), 150);
  });
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  const form = el('form', { class: 'stack', role: 'search' }, el('label', { for: 'search' }, t().search), input);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    folder.search(input.value);
  });
  return form;
}
