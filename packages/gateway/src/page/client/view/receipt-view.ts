import type { Receipt, ReceiptFile } from '@filesource/transfer';
import { knownKind } from '../api.ts';
import { countFiles, formatBytes, formatNumber } from '../text/format.ts';
import { t } from '../text/language.ts';
import { visibleName } from '../text/visible-name.ts';
import { appendInChunks } from './append-in-chunks.ts';
import { el, inEnglish } from './dom.ts';

/** The receipt: complete or not, the counts, what is missing and why, and all files on demand. */
export function receiptView(receipt: Receipt): HTMLElement {
  const { totals, complete, warning, extras, files } = receipt;
  const absent = files.filter(({ status }) => status !== 'ok');
  const lost = totals.files - totals.ok;
  const verdict = complete ? t().complete(countFiles(totals.files), formatBytes(totals.bytes)) : t().incomplete(formatNumber(lost), countFiles(totals.files));
  return el(
    'section',
    { class: 'receipt', 'aria-label': t().receipt },
    el('h4', {}, t().receipt),
    el('p', { class: complete ? 'verdict ok' : 'verdict lacking' }, verdict),
    counts(receipt),
    warning !== undefined && el('p', {}, `${t().warning}: `, inEnglish('span', visibleName(warning))),
    absent.length > 0 && table(t().missing, [t().name, t().reason], absent, missingRow),
    extras !== undefined && extras.length > 0 && list(t().extras, extras),
    allFiles(files),
  );
}

function counts({ totals }: Receipt): HTMLElement {
  const rows: readonly (readonly [string, string])[] = [
    [t().asked, formatNumber(totals.files)],
    [t().arrived, formatNumber(totals.ok)],
    [t().failedCount, formatNumber(totals.failed)],
    [t().missingCount, formatNumber(totals.missing)],
    [t().bytes, formatBytes(totals.bytes)],
  ];
  return el('dl', { class: 'counts' }, ...rows.map(([term, value]) => el('div', {}, el('dt', {}, term), el('dd', {}, value))));
}

function missingRow(file: ReceiptFile): HTMLElement {
  const kind = file.error === undefined ? null : t().kinds[knownKind(file.error.kind)];
  return el(
    'tr',
    {},
    nameCell(file),
    el('td', {}, `${t().fileStates[file.status]}: ${kind === null ? t().noReason : kind.title}`, file.error !== undefined && inEnglish('small', visibleName(file.error.message), { class: 'quiet block' })),
  );
}

function fileRow(file: ReceiptFile): HTMLElement {
  return el(
    'tr',
    {},
    nameCell(file),
    el('td', {}, t().fileStates[file.status]),
    el('td', { class: 'number' }, file.size === null ? t().unknown : formatBytes(file.size)),
    el('td', { class: 'hash' }, file.sha256 ?? t().unknown),
  );
}

function nameCell({ name, path, ref }: ReceiptFile): HTMLElement {
  return el('th', { scope: 'row' }, el('bdi', {}, visibleName(name ?? path ?? ref)), el('small', { class: 'quiet block' }, visibleName(ref)));
}

/** Drawn when it is opened: a receipt may have many thousand files. */
function allFiles(files: readonly ReceiptFile[]): HTMLElement {
  const details = el('details', {}, el('summary', {}, `${t().allFiles} (${formatNumber(files.length)})`));
  const draw = (): void => {
    details.append(table(t().allFiles, [t().name, t().status, t().size, 'SHA-256'], files, fileRow, 'long'));
  };
  details.addEventListener('toggle', draw, { once: true });
  return details;
}

function table(caption: string, heads: readonly string[], files: readonly ReceiptFile[], row: (file: ReceiptFile) => HTMLElement, width?: 'long'): HTMLElement {
  const body = el('tbody', {});
  appendInChunks(body, files, row, new AbortController().signal);
  const headRow = el('tr', {}, ...heads.map((head) => el('th', { scope: 'col' }, head)));
  return el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption }, el('table', { class: width }, el('caption', {}, caption), el('thead', {}, headRow), body));
}

function list(title: string, names: readonly string[]): HTMLElement {
  return el('div', {}, el('p', {}, title), el('ul', {}, ...names.map((name) => el('li', {}, el('bdi', {}, visibleName(name))))));
}
