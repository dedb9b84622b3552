import type { Download } from '../model/download.ts';
import { operationPath } from '../paths.ts';
import { countEntries, formatBytes, formatNumber, formatPercent } from '../text/format.ts';
import { t } from '../text/language.ts';
import { visibleName } from '../text/visible-name.ts';
import type { OperationJson } from '../wire.ts';
import { button, el, freshId, setText } from './dom.ts';
import { problemBox } from './problem-box.ts';
import { receiptView } from './receipt-view.ts';

export interface DownloadCardOptions {
  readonly download: Download;
  readonly say: (text: string) => void;
  readonly remove: () => void;
  readonly signal: AbortSignal;
}

/** Said to a screen reader whenever this much more is done; the bar itself moves with every event. */
const saidEvery = 25;

/** One bulk download: how far it is, and at its end the archive and the receipt. */
export function downloadCard({ download, say, remove, signal }: DownloadCardOptions): HTMLElement {
  const title = titleOf(download);
  const heading = freshId('download');
  const state = el('p', { class: 'state' });
  const bar = el('progress', { max: 100, 'aria-label': t().progressOf(title) });
  const result = el('div', { class: 'stack' });
  const cancel = button(t().cancel, () => void download.cancel());
  const discard = button(t().remove, remove);
  const seen = { state: download.operation?.state, quarter: 0, problem: download.problem, receipt: download.receipt, gone: download.gone };
  let drawn = false;

  function sync(): void {
    const { operation } = download;
    setText(state, stateText(download));
    const percent = operation === null ? null : percentOf(operation);
    if (percent === null) bar.removeAttribute('value');
    else bar.value = percent;
    bar.hidden = download.ended;
    cancel.hidden = download.ended || operation === null;
    cancel.setAttribute('aria-disabled', String(download.cancelling));
    discard.hidden = !(download.ended || download.problem !== null);
    article.dataset['state'] = download.gone ? 'gone' : (operation?.state ?? 'running');
    tell(percent);
    drawResult();
  }

  function tell(percent: number | null): void {
    const quarter = Math.floor((percent ?? 0) / saidEvery);
    const next = download.operation?.state;
    const isNews = next !== seen.state || (!download.ended && quarter > seen.quarter);
    seen.state = next;
    seen.quarter = quarter;
    if (isNews) say(`${title}: ${stateText(download)}`);
  }

  function drawResult(): void {
    if (drawn && seen.problem === download.problem && seen.receipt === download.receipt && seen.gone === download.gone) return;
    drawn = true;
    Object.assign(seen, { problem: download.problem, receipt: download.receipt, gone: download.gone });
    const { problem, receipt, operation } = download;
    result.replaceChildren(
      ...(problem === null ? [] : [problemBox(problem, download.ended ? undefined : () => download.start())]),
      ...(operation !== null && download.ended ? [links(operation)] : []),
      ...(receipt === null ? [] : [receiptView(receipt)]),
    );
  }

  const article = el(
    'article',
    { class: 'card download', 'aria-labelledby': heading },
    el('h3', { id: heading, tabindex: '-1' }, el('bdi', {}, title)),
    state,
    bar,
    result,
    el('div', { class: 'row' }, cancel, discard),
  );
  download.follow(sync, signal);
  sync();
  return article;
}

function titleOf({ note: { source, folder, name: known, count } }: Download): string {
  const ref = `${source}:${visibleName(folder)}`;
  const name = known === folder ? ref : `${visibleName(known)} (${ref})`;
  return count === null ? t().folderTitle(name) : t().selectionTitle(countEntries(count), name);
}

function percentOf({ percent, bytes, totalBytes }: OperationJson): number | null {
  if (percent !== null) return percent;
  return totalBytes !== null && totalBytes > 0 ? Math.min(100, (bytes / totalBytes) * 100) : null;
}

function stateText({ operation, connection, gone, cancelling }: Download): string {
  if (gone) return t().gone;
  if (connection === 'waiting') return t().waiting;
  if (connection === 'broken') return t().reconnecting;
  if (operation === null) return t().loading;
  const { state } = operation;
  if (state !== 'running' && state !== 'fetching') return t().states[state];
  return [cancelling ? t().cancelling : t().states[state], ...amounts(operation)].join(' · ');
}

function amounts(operation: OperationJson): readonly string[] {
  const { processed, bytes, totalBytes } = operation;
  const percent = percentOf(operation);
  const texts = percent === null ? [] : [formatPercent(percent)];
  if (processed !== null) texts.push(t().processed(formatNumber(processed)));
  if (bytes > 0) texts.push(totalBytes === null ? formatBytes(bytes) : t().bytesOf(formatBytes(bytes), formatBytes(totalBytes)));
  return texts;
}

function links({ id, content, receipt }: OperationJson): HTMLElement {
  return el(
    'div',
    { class: 'row' },
    content !== null && el('a', { href: operationPath(id, 'content'), download: true, class: 'button primary' }, t().getArchive),
    receipt !== null && el('a', { href: operationPath(id, 'receipt'), download: `receipt-${id}.json`, class: 'button' }, t().getReceipt),
  );
}
