import { recentFolders } from '../model/recent-folders.ts';
import { routeTo } from '../model/route.ts';
import { t } from '../text/language.ts';
import { visibleName } from '../text/visible-name.ts';
import type { SourceInfo } from '../wire.ts';
import { capabilitiesView } from './capabilities-view.ts';
import { el, freshId } from './dom.ts';

/** One source: what it can do, and the field by which a folder is opened; beside an open folder both are folded away. */
export function sourceView(source: SourceInfo, folder: string | null, openFolder: (id: string) => void): HTMLElement {
  const canDo = capabilitiesView(source.capabilities, source.name);
  if (source.capabilities.list.support === 'unsupported') return el('section', { class: 'source' }, heading(source), el('p', { class: 'problem' }, t().listUnsupported), canDo);
  const form = folderForm(source, folder, openFolder);
  if (folder === null) return el('section', { class: 'source' }, heading(source), form, canDo);
  return el('section', { class: 'source aside', 'aria-label': source.name }, el('details', {}, el('summary', { id: 'another' }, t().openAnother), form), canDo);
}

function heading({ name }: SourceInfo): HTMLElement {
  return el('h1', { id: 'title', tabindex: '-1' }, name);
}

function folderForm(source: SourceInfo, folder: string | null, openFolder: (id: string) => void): HTMLElement {
  const hint = freshId('hint');
  const input = el('input', { id: 'folder', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none', value: folder ?? '', 'aria-describedby': hint });
  const trouble = el('div', {});
  const row = el('div', { class: 'row' }, input, el('button', { type: 'submit', class: 'primary' }, t().open));
  const form = el('form', { class: 'stack', novalidate: true }, el('label', { for: 'folder' }, t().folderId), row, el('p', { id: hint, class: 'quiet' }, t().folderHint), trouble, recentList(source));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const id = input.value.trim();
    if (id !== '') return openFolder(id);
    input.setAttribute('aria-invalid', 'true');
    trouble.replaceChildren(el('p', { class: 'problem', role: 'alert' }, t().folderMissing));
    input.focus();
  });
  return form;
}

function recentList(source: SourceInfo): HTMLElement | null {
  const ids = recentFolders(source.name);
  if (ids.length === 0) return null;
  const title = freshId('recent');
  const links = ids.map((id) => el('li', {}, el('a', { href: routeTo(source.name, [id]) }, el('bdi', {}, visibleName(id)))));
  return el('div', { class: 'recent' }, el('span', { id: title, class: 'quiet' }, t().recentFolders), el('ul', { 'aria-labelledby': title }, ...links));
}
