import type { HttpResponse } from '@filesource/core';

/** A script that makes up a time of change gives that of its answer. */
const settledMs = 60_000;

/** What tells the contents of a file from others that it had or will have: a strong `ETag`, or a time of change well before the answer. `null` where neither is told. */
export function validatorIn({ headers }: Pick<HttpResponse, 'headers'>): string | null {
  const { etag, 'last-modified': modified, date } = headers;
  if (etag?.startsWith('"') === true) return etag;
  return modified !== undefined && date !== undefined && Date.parse(date) - Date.parse(modified) >= settledMs ? modified : null;
}
