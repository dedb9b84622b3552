import type { Readable } from 'node:stream';
import type { Clock } from '@filesource/core';
import { receive, type ReceiveOptions, type Receiver } from '../receive.ts';

/** So much is read so often: less, and a server that looks at what its buffers lose would end the connection. */
const sipBytes = 1024 * 1024;
const sipEveryMs = 5000;

/**
 * A body that is not needed while what follows comes otherwise, and that goes on where that fails: of what may not be had a second time.
 * - A little of it is read and thrown away now and then, so that its server does not take the reader for gone.
 */
export class KeptBody {
  readonly #body: Readable;
  readonly #clock: Clock;
  readonly #reading: Pick<ReceiveOptions, 'signal' | 'idle'>;
  readonly #thrownAway: Receiver;
  #at: number;
  #readMs: number;
  #sip: Promise<void> | undefined;

  /** `at`: where it stands. */
  constructor(body: Readable, at: number, clock: Clock, { signal, idle }: ReceiveOptions) {
    const getAt = (): number => this.#at;
    this.#body = body;
    this.#at = at;
    this.#clock = clock;
    this.#readMs = clock.now();
    this.#reading = { ...(signal === undefined ? {} : { signal }), ...(idle === undefined ? {} : { idle }) };
    this.#thrownAway = {
      take: ({ length }) => {
        this.#at += length;
        return undefined;
      },
      get bytes() {
        return getAt();
      },
    };
  }

  /** To be called as bytes come otherwise; `before` is how far those are, and it is not read further. */
  look(before: number): void {
    const nowMs = this.#clock.now();
    if (this.#sip !== undefined || nowMs - this.#readMs < sipEveryMs || this.#at + sipBytes > before) return;
    this.#readMs = nowMs;
    // One that is gone is noticed when it is needed.
    this.#sip = this.#readTo(this.#at + sipBytes).catch(() => undefined).finally(() => (this.#sip = undefined));
  }

  /** Writes what the part lacks. Throws where the body is gone. */
  async goOn(part: Receiver, receiving: ReceiveOptions): Promise<void> {
    await this.#sip;
    await this.#readTo(part.bytes);
    await receive(this.#body, part, receiving);
  }

  close(): void {
    this.#body.destroy();
  }

  async #readTo(at: number): Promise<void> {
    if (at > this.#at) await receive(this.#body, this.#thrownAway, { ...this.#reading, until: () => at, keepsOpen: true });
  }
}
