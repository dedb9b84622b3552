import { getEventListeners } from 'node:events';

/** Functions that wait for one signal, behind a single listener of Node's. */
interface Waiting {
  readonly runs: Set<() => void>;
  readonly fire: () => void;
  /** The listener stays when nobody waits. */
  readonly isLasting: boolean;
}

const waitingFor = new WeakMap<AbortSignal, Waiting>();

/**
 * Runs a function when the signal fires, which must not have happened yet; the function must not throw.
 * - For what every file passes: to add a listener to a signal and to remove it takes Node longer than all layers around a call.
 */
export function listenForAbort(signal: AbortSignal, run: () => void): void {
  (waitingFor.get(signal) ?? startListening(signal, false)).runs.add(run);
}

/** A function that does not wait any more, or never did. */
export function stopListeningForAbort(signal: AbortSignal, run: () => void): void {
  const waiting = waitingFor.get(signal);
  if (waiting === undefined) return;
  waiting.runs.delete(run);
  if (waiting.runs.size > 0 || waiting.isLasting) return;
  // Node holds a signal that depends on others for as long as somebody listens to it.
  waitingFor.delete(signal);
  signal.removeEventListener('abort', waiting.fire);
}

/** Listens to a signal for as long as it lives: one of a controller that is used again and again. */
export function keepListening(signal: AbortSignal): void {
  startListening(signal, true);
}

/** Whether anybody at all waits for the signal. */
export function isAwaited(signal: AbortSignal): boolean {
  const waiting = waitingFor.get(signal);
  const ownListeners = waiting === undefined ? 0 : 1;
  return (waiting?.runs.size ?? 0) > 0 || getEventListeners(signal, 'abort').length > ownListeners;
}

function startListening(signal: AbortSignal, isLasting: boolean): Waiting {
  const runs = new Set<() => void>();
  const fire = (): void => {
    const waitedFor = [...runs];
    for (const run of waitedFor) if (runs.delete(run)) run();
  };
  const waiting = { runs, fire, isLasting };
  waitingFor.set(signal, waiting);
  signal.addEventListener('abort', fire, { once: true });
  return waiting;
}
