import { routeTo } from '../model/route.ts';
import { t } from '../text/language.ts';
import type { SourceInfo } from '../wire.ts';
import { capabilitiesView } from './capabilities-view.ts';
import { el } from './dom.ts';

const shownFirst = ['list', 'open', 'archive', 'linkFile'] as const;

/** All sources: what each can do at a glance, and in full on demand. */
export function sourcesView(sources: readonly SourceInfo[]): HTMLElement {
  return el(
    'section',
    {},
    el('h1', { id: 'title', tabindex: '-1' }, t().home),
    el('p', { class: 'lead' }, sources.length === 0 ? t().noSources : t().sourcesIntro),
    el('ul', { class: 'sources' }, ...sources.map(sourceCard)),
  );
}

function sourceCard({ name, provider, capabilities }: SourceInfo): HTMLElement {
  const marks = shownFirst.map((operation) => {
    const { support } = capabilities[operation];
    return el('li', { class: `mark ${support}` }, el('span', { class: 'visually-hidden' }, `${t().support[support]}: `), t().capabilities[operation]);
  });
  return el(
    'li',
    { class: 'card' },
    el('h2', {}, el('a', { href: routeTo(name) }, name)),
    el('p', { class: 'quiet' }, `${t().provider}: `, el('bdi', {}, provider)),
    el('ul', { class: 'marks' }, ...marks),
    capabilitiesView(capabilities, name),
  );
}
