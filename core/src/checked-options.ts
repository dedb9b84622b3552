import { setMaxListeners } from 'node:events';
import { FileSourceError } from './errors/file-source-error.ts';
import type { CallOptions } from './source-adapter.ts';

/**
 * Options as a caller gave them. Throws `invalid-argument` for what is no options or no signal: deep inside it would be a bug, or end the process from a timer.
 * - One signal may serve any number of calls at once; Node would take that for a leak.
 */
export function checkedOptions<Options extends CallOptions>(options: Options): Options {
  if (typeof options !== 'object' || options === null) throw new FileSourceError('invalid-argument', 'the options of a call are an object', { advice: 'Leave them out where there are none.' });
  const { signal } = options;
  if (signal === undefined) return options;
  if (!(signal instanceof AbortSignal)) throw new FileSourceError('invalid-argument', 'the signal of a call is not an AbortSignal', { advice: 'Pass the `signal` of an AbortController, or leave it out.' });
  setMaxListeners(0, signal);
  return options;
}
