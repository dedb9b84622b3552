import { createHmac, randomBytes } from 'node:crypto';
import type { TokenSettings } from '../settings.ts';

/** Follows from the tokens, so that cursors outlive the process and are good at every gateway of one config; without tokens, random. */
export function cursorKey(tokens: readonly TokenSettings[]): Buffer {
  if (tokens.length === 0) return randomBytes(32);
  const secrets = tokens.map(({ token }) => token.reveal()).sort();
  return createHmac('sha256', JSON.stringify(secrets)).update('filesource gateway cursors, version 1').digest();
}
