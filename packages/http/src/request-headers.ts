import { FileSourceError, type HttpRequest } from '@filesource/core';
import { acceptedEncodings } from './decode-body.ts';

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * The headers that one exchange sends, credentials included.
 * - Throws `invalid-argument`, naming the header and never its value, for what HTTP cannot carry; axios would drop characters silently.
 */
export function requestHeaders(request: HttpRequest, userAgent: string): Record<string, string> {
  const headers: Record<string, string> = { 'user-agent': userAgent };
  if (request.headers !== undefined) addTo(headers, request.headers);
  if (request.credentials !== undefined) addTo(headers, request.credentials);
  headers['accept-encoding'] ??= headers['range'] === undefined ? acceptedEncodings : 'identity';
  headers['accept'] ??= '*/*';
  return headers;
}

function addTo(headers: Record<string, string>, added: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(added)) {
    const value = added[name] ?? '';
    if (!token.test(name)) throw new FileSourceError('invalid-argument', 'a header has a name that HTTP does not allow');
    if (!fieldValue.test(value)) {
      throw new FileSourceError('invalid-argument', `the header ${name} holds characters that HTTP does not allow`, { advice: 'Check the credentials in the config for line breaks and letters beyond Latin-1.' });
    }
    headers[name.toLowerCase()] = value;
  }
}
