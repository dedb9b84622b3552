import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

const failures = new WeakMap<Readable, Error>();

/**
 * Notes what went wrong with an exchange after its answer had begun.
 * - Node tells the request of it, and ends a body that has no length as if it had come whole.
 */
export function noteFailure(answer: IncomingMessage, error: Error): void {
  if (!answer.complete) failures.set(answer, error);
}

export function failureOf(body: Readable): Error | undefined {
  return failures.get(body);
}
