import { routeTo, type Route } from '../model/route.ts';
import { t } from '../text/language.ts';
import { el } from './dom.ts';

/** The way from the sources to what is shown, each step a link; `nameOf` tells the name of a folder by its id. */
export function breadcrumbsView({ source, trail }: Route, nameOf: (folder: string) => string): HTMLElement | null {
  if (source === null) return null;
  const steps: HTMLElement[] = [step(t().home, routeTo(null)), step(source, routeTo(source), trail.length === 0)];
  for (const [index, folder] of trail.entries()) {
    steps.push(step(nameOf(folder), routeTo(source, trail.slice(0, index + 1)), index === trail.length - 1));
  }
  return el('nav', { class: 'path', 'aria-label': t().path }, el('ol', {}, ...steps));
}

function step(name: string, href: string, isHere = false): HTMLElement {
  return el('li', {}, el('a', { href, 'aria-current': isHere ? 'page' : undefined }, el('bdi', {}, name)));
}
