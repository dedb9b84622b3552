import { FileSourceError, throwIfAborted, type HttpClient, type HttpRequest, type HttpResponse } from '@filesource/core';
import type { N8nAnswer, N8nRequest } from './n8n-request.ts';
import { textOf } from '../text.ts';
import { refusePrivate } from './refuse-private.ts';

const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * n8n's HTTP helper as our transport, so that proxies, certificates and connections are those of n8n; our policies stand above it.
 * - Requests that must not reach a private address: see {@link refusePrivate}.
 */
export function createN8nTransport(request: N8nRequest): HttpClient {
  return {
    async send(asked) {
      throwIfAborted(asked.signal);
      if (asked.allowPrivate === false) await refusePrivate(asked.url);
      const answer = await request({
        url: asked.url,
        method: asked.method,
        headers: headersOf(asked),
        ...(asked.body === undefined ? {} : { body: asked.body }),
        ...(asked.signal === undefined ? {} : { abortSignal: asked.signal }),
        // The layers above hold the times; n8n would set five minutes.
        timeout: 0,
      });
      return answerOf(asked, answer);
    },
  };
}

function headersOf({ headers = {}, credentials = {} }: HttpRequest): Record<string, string> {
  const all: Record<string, string> = { 'user-agent': 'filesource', accept: '*/*' };
  for (const [name, value] of [...Object.entries(headers), ...Object.entries(credentials)]) {
    if (!fieldValue.test(value)) {
      throw new FileSourceError('invalid-argument', `the header ${name} holds characters that HTTP does not allow`, { advice: 'Check the credential for line breaks and letters beyond Latin-1.' });
    }
    all[name.toLowerCase()] = value;
  }
  // n8n would decode a body and keep the length of the coded one.
  all['accept-encoding'] = 'identity';
  return all;
}

function answerOf({ url }: HttpRequest, { statusCode, headers: given, body }: N8nAnswer): HttpResponse {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : textOf(value);
  }
  // A body that is not the socket's own was decoded on the way, whatever was asked for; the length is that of the coded one.
  if (!('rawHeaders' in body)) delete headers['content-length'];
  return { status: statusCode, headers, url, body };
}
