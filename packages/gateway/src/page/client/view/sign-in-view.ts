import { problemOf } from '../api.ts';
import { t } from '../text/language.ts';
import type { Problem } from '../wire.ts';
import { el } from './dom.ts';
import { problemBox } from './problem-box.ts';

export interface SignInViewOptions {
  readonly signIn: (token: string) => Promise<void>;
  /** Why the form is shown, when something failed before. */
  readonly problem: Problem | null;
}

export function signInView({ signIn, problem }: SignInViewOptions): HTMLElement {
  const input = el('input', { id: 'token', type: 'password', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none', required: true, 'aria-describedby': 'sign-in-problem' });
  const trouble = el('div', { id: 'sign-in-problem' });
  const submit = el('button', { type: 'submit', class: 'primary' }, t().signIn);
  const form = el('form', { class: 'stack', novalidate: true }, el('label', { for: 'token' }, t().token), input, trouble, el('div', {}, submit));
  if (problem !== null) trouble.append(signInProblem(problem));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submitToken();
  });

  async function submitToken(): Promise<void> {
    const token = input.value.trim();
    if (token === '') return refuse(el('p', { class: 'problem', role: 'alert' }, t().tokenMissing));
    submit.disabled = true;
    try {
      await signIn(token);
    } catch (error) {
      refuse(signInProblem(problemOf(error)));
    } finally {
      input.value = '';
      submit.disabled = false;
    }
  }

  function refuse(message: HTMLElement): void {
    input.setAttribute('aria-invalid', 'true');
    trouble.replaceChildren(message);
    input.focus();
  }

  return el('section', { class: 'sign-in' }, el('h1', { id: 'title', tabindex: '-1' }, t().signIn), el('p', {}, t().signInIntro), form);
}

function signInProblem(problem: Problem): HTMLElement {
  if (problem.kind !== 'unauthenticated') return problemBox(problem);
  return el('p', { class: 'problem', role: 'alert' }, t().tokenWrong);
}
