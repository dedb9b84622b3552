import { isUtf8 } from 'node:buffer';
import { configError } from './problem.ts';

export const notUtf8 = 'this is not UTF-8; save it in that encoding';

/** The text of a config file. Throws `config-invalid` for one that is not UTF-8: its umlauts would be lost without a word, and a password with them. */
export function configTextOf(bytes: Buffer, where: string): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw configError(where, [{ path: [], what: notUtf8 }]);
}
