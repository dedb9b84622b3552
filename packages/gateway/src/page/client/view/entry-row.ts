import { contentPath } from '../paths.ts';
import { formatBytes, formatDate } from '../text/format.ts';
import { t } from '../text/language.ts';
import { kindOfFile, visibleName } from '../text/visible-name.ts';
import type { Entry, Problem, SourceInfo } from '../wire.ts';
import { el, freshId } from './dom.ts';
import { problemBox } from './problem-box.ts';

export interface EntryRowOptions {
  readonly source: SourceInfo;
  readonly isChosen: boolean;
  /** Where a folder leads to. */
  readonly href: string;
  /** Why the download that starts now will fail, if it does. */
  readonly check: (entry: Entry) => Promise<Problem | null>;
}

/** One file or folder as a row: its box is named by its name, a folder's name opens it, a file has a download link. */
export function entryRow(entry: Entry, options: EntryRowOptions): HTMLTableRowElement {
  const { source, isChosen, href } = options;
  const id = freshId('entry');
  const name = visibleName(entry.name);
  const isFolder = entry.kind === 'folder';
  const canChoose = source.capabilities.archive.support !== 'unsupported';
  const box = el('input', { type: 'checkbox', id, value: entry.ref, 'aria-labelledby': `${id}-name` });
  box.checked = isChosen;
  const label = isFolder ? el('a', { href, id: `${id}-name` }, el('bdi', {}, name)) : el('label', { for: id, id: `${id}-name` }, el('bdi', {}, name));
  const size = entry.size === null ? t().unknown : formatBytes(entry.size);
  const modified = entry.modified === null ? t().unknown : formatDate(entry.modified);
  const type = isFolder ? t().folder : kindOfFile(entry.name, entry.mediaType);
  const trouble = el('div', {});
  return el(
    'tr',
    {},
    el('td', { class: 'choice' }, canChoose && box),
    el('td', { class: `name is-${entry.kind}` }, label, el('small', { class: 'narrow quiet' }, `${type} · ${modified}`), trouble),
    el('td', { class: 'number' }, isFolder ? t().unknown : size),
    el('td', { class: 'wide modified' }, modified),
    el('td', { class: 'wide type' }, type),
    el('td', { class: 'action' }, !isFolder && downloadLink(entry, name, options, trouble)),
  );
}

function downloadLink(entry: Entry, name: string, { source, check }: EntryRowOptions, trouble: HTMLElement): HTMLElement | null {
  if (source.capabilities.open.support === 'unsupported') return null;
  const link = el('a', { href: contentPath(source.name, entry), download: true, 'aria-label': t().downloadNamed(name) }, el('span', {}, t().download));
  link.addEventListener('click', () => void explain());
  return link;

  // The browser says no more than "failed" about a download.
  async function explain(): Promise<void> {
    trouble.replaceChildren();
    const problem = await check(entry);
    if (problem !== null) trouble.replaceChildren(problemBox(problem));
  }
}
