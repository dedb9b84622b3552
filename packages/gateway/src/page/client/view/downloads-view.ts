import type { Download } from '../model/download.ts';
import type { Downloads } from '../model/downloads.ts';
import { t } from '../text/language.ts';
import { downloadCard } from './download-card.ts';
import { el } from './dom.ts';

export interface DownloadsViewOptions {
  readonly downloads: Downloads;
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** The bulk downloads of this tab, wherever in the page one is. */
export function downloadsView({ downloads, say, signal }: DownloadsViewOptions): HTMLElement {
  const list = el('div', { class: 'downloads-list' });
  const section = el('section', { class: 'downloads', 'aria-labelledby': 'downloads-title' }, el('h2', { id: 'downloads-title', tabindex: '-1' }, t().downloads), list);
  const cards = new Map<Download, { readonly element: HTMLElement; readonly left: AbortController }>();

  function cardOf(download: Download): HTMLElement {
    const known = cards.get(download);
    if (known !== undefined) return known.element;
    const left = new AbortController();
    const element = downloadCard({ download, say, remove: () => downloads.remove(download), signal: AbortSignal.any([signal, left.signal]) });
    cards.set(download, { element, left });
    return element;
  }

  function sync(): void {
    for (const [download, { element, left }] of cards) {
      if (downloads.items.includes(download)) continue;
      const hadFocus = element.contains(document.activeElement);
      element.remove();
      left.abort();
      cards.delete(download);
      if (hadFocus) document.querySelector<HTMLElement>(downloads.items.length > 0 ? '#downloads-title' : '#title')?.focus();
    }
    for (const [index, download] of downloads.items.entries()) {
      const card = cardOf(download);
      if (list.children[index] !== card) list.insertBefore(card, list.children[index] ?? null);
    }
    section.hidden = downloads.items.length === 0;
  }

  downloads.follow(sync, signal);
  sync();
  return section;
}
