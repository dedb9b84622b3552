import { setMaxListeners } from 'node:events';

/** A signal that fires when either does, for any number of calls at once. */
export function eitherOf(one: AbortSignal, other: AbortSignal | undefined): AbortSignal {
  const either = other === undefined ? one : AbortSignal.any([one, other]);
  // Every call in flight listens; Node warns from the eleventh on.
  setMaxListeners(0, either);
  return either;
}
