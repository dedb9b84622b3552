import { getEventListeners } from 'node:events';

/** More attempts are seldom on their way at once. */
const mostSpare = 256;

/**
 * Controllers whose signals nobody follows any more, for further attempts.
 * - Node gives every signal a hidden class of its own: to make one, and to listen to it, costs more than all layers around a call.
 */
export class SpareControllers {
  readonly #spare: AbortController[] = [];

  take(): AbortController {
    return this.#spare.pop() ?? new AbortController();
  }

  /** After an attempt whose signal has not fired; one that somebody still listens to is left to them. */
  giveBack(controller: AbortController): void {
    if (this.#spare.length < mostSpare && getEventListeners(controller.signal, 'abort').length === 0) this.#spare.push(controller);
  }
}
