import { el } from './dom.ts';

/** How long the region is empty before a text, and keeps it at least. */
const pauseMs = 50;

/** One live region for the whole page: what changed, said once and in its order, without moving the focus. */
export class Announcer {
  readonly element = el('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite', id: 'announcer' });
  readonly #waiting: string[] = [];

  say(text: string): void {
    this.#waiting.push(text);
    if (this.#waiting.length === 1) this.#sayFirst();
  }

  #sayFirst(): void {
    // The same text again is a change only when something else was there in between.
    this.element.textContent = '';
    setTimeout(() => {
      this.element.textContent = this.#waiting[0] ?? '';
      setTimeout(() => {
        this.#waiting.shift();
        if (this.#waiting.length > 0) this.#sayFirst();
      }, pauseMs);
    }, pauseMs);
  }
}
