import { pipeline, type Duplex, type Readable } from 'node:stream';

/**
 * A body sent through one transform, as one body: errors go down, and destroying the end closes the beginning.
 * - A transform that ends early closes the beginning without an error.
 */
export function pipeTogether(body: Readable, transform: Duplex): Readable {
  transform.once('end', () => body.destroy());
  pipeline(body, transform, () => undefined);
  return transform;
}
