import { problemOf } from '../api.ts';
import type { Folder } from '../model/folder.ts';
import { formatNumber } from '../text/format.ts';
import { t } from '../text/language.ts';
import type { Entry } from '../wire.ts';
import { button, el, setText } from './dom.ts';
import { problemBox } from './problem-box.ts';

export interface SelectionBarOptions {
  readonly folder: Folder;
  readonly shown: () => readonly Entry[];
  readonly download: (chosen: ReadonlySet<string> | null) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Choosing all, and starting the bulk download of what is chosen or of the whole folder. */
export function selectionBar({ folder, shown, download, signal }: SelectionBarOptions): HTMLElement {
  if (folder.source.capabilities.archive.support === 'unsupported') return el('p', { class: 'quiet' }, t().archiveUnsupported);
  const all = el('input', { type: 'checkbox', id: 'choose-all' });
  all.addEventListener('change', () => folder.choose(shown(), all.checked));
  const count = el('span', { class: 'quiet', role: 'status' });
  const trouble = el('div', {});
  const chosen = button('', () => void start(new Set(folder.chosen)), { class: 'primary', id: 'download-chosen' });
  const whole = button(t().downloadFolder, () => void start(null), { id: 'download-folder' });
  const none = button(t().chooseNone, () => folder.chooseNone());
  let starting = false;

  async function start(refs: ReadonlySet<string> | null): Promise<void> {
    if (starting || (refs !== null && refs.size === 0)) return;
    starting = true;
    trouble.replaceChildren(el('p', { class: 'quiet', role: 'status' }, t().starting));
    try {
      await download(refs);
      trouble.replaceChildren();
    } catch (error) {
      trouble.replaceChildren(problemBox(problemOf(error)));
    } finally {
      starting = false;
    }
  }

  function sync(): void {
    const entries = shown();
    const hidden = folder.chosen.size - entries.filter(({ ref }) => folder.chosen.has(ref)).length;
    const isAll = entries.length > 0 && folder.chosen.size - hidden === entries.length;
    all.checked = isAll;
    all.indeterminate = !isAll && folder.chosen.size > hidden;
    setText(chosen, t().downloadChosen);
    chosen.setAttribute('aria-disabled', String(folder.chosen.size === 0));
    none.hidden = folder.chosen.size === 0;
    const told = [t().chosen(formatNumber(folder.chosen.size)), ...(hidden > 0 ? [t().chosenHidden(formatNumber(hidden))] : [])];
    setText(count, told.join(', '));
  }

  folder.follow(sync, signal);
  sync();
  return el(
    'div',
    { class: 'selection' },
    el('div', { class: 'row' }, el('span', { class: 'check' }, all, el('label', { for: 'choose-all' }, t().chooseAll)), count, none),
    el('div', { class: 'row' }, chosen, whole),
    trouble,
  );
}
