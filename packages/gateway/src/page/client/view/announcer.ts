import { el } from './dom.ts';

/** One live region for the whole page: what changed, said once, without moving the focus. */
export class Announcer {
  readonly element = el('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite', id: 'announcer' });

  say(text: string): void {
    // The same text again is a change only when something else was there in between.
    this.element.textContent = '';
    setTimeout(() => {
      this.element.textContent = text;
    }, 50);
  }
}
