import type { Capabilities, CapabilityName, Support } from '@filesource/core';
import { formatBytes, formatLifetime, formatNumber } from '../text/format.ts';
import { t } from '../text/language.ts';
import { el, inEnglish } from './dom.ts';

/** What a source can do and how, operation by operation, and its limits. */
export function capabilitiesView(capabilities: Capabilities, sourceName: string): HTMLElement {
  const names = Object.keys(t().capabilities) as CapabilityName[];
  return el(
    'details',
    { class: 'capabilities' },
    el('summary', {}, t().canDo),
    table(`${t().canDo}: ${sourceName}`, [t().capability, t().how], names.map((name) => operationRow(name, capabilities[name]))),
    table(`${t().limits}: ${sourceName}`, [t().limit, t().value], limitRows(capabilities)),
  );
}

function operationRow(name: CapabilityName, support: Support): HTMLElement {
  const text = noteOf(support);
  const how = el('span', { class: `support ${support.support}` }, t().support[support.support]);
  const note = text !== '' && inEnglish('small', text, { class: 'quiet block' });
  return el('tr', {}, el('th', { scope: 'row' }, t().capabilities[name], note), el('td', {}, how));
}

function noteOf(support: Support): string {
  if (support.support === 'native') return support.note ?? '';
  return support.support === 'emulated' ? support.cost : support.reason;
}

function limitRows({ limits }: Capabilities): readonly HTMLElement[] {
  const rows: readonly (readonly [string, number | null, (value: number) => string])[] = [
    [t().maxPageSize, limits.maxPageSize, formatNumber],
    [t().maxContentBytes, limits.maxContentBytes, formatBytes],
    [t().linkLifetime, limits.linkLifetimeMs, formatLifetime],
    [t().maxConcurrency, limits.maxConcurrency, formatNumber],
    [t().maxArchives, limits.maxArchives, formatNumber],
  ];
  return rows.map(([name, value, format]) => el('tr', {}, el('th', { scope: 'row' }, name), el('td', {}, value === null ? t().noLimit : format(value))));
}

function table(caption: string, heads: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  const headRow = el('tr', {}, ...heads.map((head) => el('th', { scope: 'col' }, head)));
  return el('table', {}, el('caption', { class: 'visually-hidden' }, caption), el('thead', {}, headRow), el('tbody', {}, ...rows));
}
