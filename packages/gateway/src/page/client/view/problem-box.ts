import { language, t } from '../text/language.ts';
import { visibleName } from '../text/visible-name.ts';
import type { Problem } from '../wire.ts';
import { button, el, inEnglish } from './dom.ts';

/** What went wrong, why and what to do, said at once to a screen reader. */
export function problemBox(problem: Problem, onRetry?: () => void): HTMLElement {
  const { title, advice } = t().kinds[problem.kind];
  const own = language() === 'en' && problem.advice !== undefined ? null : el('p', {}, advice);
  return el(
    'div',
    { class: 'problem', role: 'alert' },
    el('p', { class: 'problem-title' }, title),
    own,
    inEnglish('p', visibleName([problem.detail, problem.advice].filter(Boolean).join(' — ')), { class: 'quiet' }),
    onRetry !== undefined && button(t().tryAgain, onRetry),
  );
}
