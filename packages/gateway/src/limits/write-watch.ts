import type { ServerResponse } from 'node:http';

/**
 * Ends connections whose client takes nothing of an answer for too long.
 * - A client that reads slowly is waited for: each time that it has taken what was written, the time starts anew.
 * - Ending the connection ends the answer's body, and so the vendor's connection.
 */
export class WriteWatch {
  readonly #idleMs: number;
  /** Since when each answer waits for its client; 0 while it does not. */
  readonly #answers = new Map<ServerResponse, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
    this.#timer = setInterval(() => this.#look(), Math.max(20, Math.min(idleMs / 4, 5_000)));
    this.#timer.unref();
  }

  watch(response: ServerResponse): void {
    this.#answers.set(response, 0);
    response.on('drain', () => this.#answers.set(response, 0));
    response.once('close', () => this.#answers.delete(response));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.now();
    for (const [response, since] of this.#answers) {
      // Without a socket it is behind another answer of its connection: its client could not take it.
      const isWaiting = response.socket !== null && (response.writableNeedDrain || (response.writableEnded && !response.writableFinished));
      if (!isWaiting) this.#answers.set(response, 0);
      else if (since === 0) this.#answers.set(response, now);
      else if (now - since >= this.#idleMs) response.destroy();
    }
  }
}
