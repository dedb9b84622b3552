import { FileSourceError } from './errors/file-source-error.ts';

/**
 * Throws `invalid-argument` that names the setting, for what is no number from `least` on.
 * - `NaN` comes of a variable that is not set: waits would have no end, and retries neither.
 */
export function checkNumber(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (typeof value === 'number' && value >= least)) return;
  throw new FileSourceError('invalid-argument', `${name} is a number from ${least} on, not ${String(value)}`, { advice: 'Leave it out for the default.' });
}
