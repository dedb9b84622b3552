import { FileSourceError } from '@filesource/core';

/** Throws `invalid-argument` without quoting the text, which may hold a signature. */
export function parseUrl(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new FileSourceError('invalid-argument', 'a request needs an absolute URL');
  }
}
