import { Readable } from 'node:stream';

/** Where Node keeps everything that makes an object a stream: whatever uses one as such looks there first. */
const stateName = '_readableState';

/** Node's own constructor, for an object that is there already. */
const makeStream = Readable as unknown as { call(stream: Readable, options: { readonly highWaterMark: number }): void };

function UnmadeReadable(): void {
  // Node's constructor runs when somebody uses the object as a stream.
}

/** Node's members, and the first look at its state makes the stream. */
UnmadeReadable.prototype = Object.create(Readable.prototype, {
  [stateName]: {
    configurable: true,
    get(this: LateReadable): unknown {
      Object.defineProperty(this, stateName, { value: undefined, writable: true, configurable: true, enumerable: true });
      makeStream.call(this, { highWaterMark: this.chunkBytes });
      this.made();
      return (this as unknown as Record<typeof stateName, unknown>)[stateName];
    },
  },
});

/**
 * A stream that Node sets up when it is used as one for the first time, which takes longer than to fetch a small file.
 * - For what mostly is not used as one at all.
 */
export abstract class LateReadable extends (UnmadeReadable as unknown as abstract new () => Readable) {
  abstract readonly chunkBytes: number;

  /** Called once, when the stream has been set up. */
  protected abstract made(): void;

  /** Whether anybody has used it as a stream. */
  protected get isMade(): boolean {
    return Object.hasOwn(this, stateName);
  }
}
