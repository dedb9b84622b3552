import { FileSourceError } from '@filesource/core';

/** Every policy of an exchange looks at the same URL, one after the other. */
let last: { readonly text: string; readonly url: URL } | undefined;

/** Throws `invalid-argument` without quoting the text, which may hold a signature. What it returns is shared: nobody may change it. */
export function parseUrl(text: string): URL {
  if (last?.text === text) return last.url;
  try {
    const url = new URL(text);
    last = { text, url };
    return url;
  } catch {
    throw new FileSourceError('invalid-argument', 'a request needs an absolute URL');
  }
}
