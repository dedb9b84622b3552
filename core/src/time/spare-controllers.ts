import { isAwaited, keepListening } from './abort-listeners.ts';

/** More attempts are seldom on their way at once. */
const mostSpare = 256;
/** What follows a signal without listening to it, as that of `AbortSignal.any` does, piles up for so long. */
const mostUses = 100;

export class SpareController extends AbortController {
  uses = 0;

  constructor() {
    super();
    keepListening(this.signal);
  }
}

/**
 * Controllers whose signals nobody follows any more, for further attempts.
 * - Node gives every signal a hidden class of its own: to make one, and to listen to it, costs more than all layers around a call.
 */
export class SpareControllers {
  readonly #spare: SpareController[] = [];

  take(): SpareController {
    return this.#spare.pop() ?? new SpareController();
  }

  /** After an attempt whose signal has not fired; one that somebody still listens to is left to them. */
  giveBack(controller: SpareController): void {
    controller.uses += 1;
    const isFit = controller.uses < mostUses && this.#spare.length < mostSpare;
    if (isFit && !isAwaited(controller.signal)) this.#spare.push(controller);
  }
}
