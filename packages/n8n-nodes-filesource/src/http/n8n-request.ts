import type { Content } from '@filesource/core';
import type { ICredentialTestFunctions, IDataObject, IHttpRequestOptions } from 'n8n-workflow';

export interface N8nAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Content['body'];
}

/** One exchange by a helper of n8n: any status is an answer, no redirect is followed, the body is a stream. */
export type N8nRequest = (options: IHttpRequestOptions) => Promise<N8nAnswer>;

interface HttpRequestHelper {
  httpRequest(options: IHttpRequestOptions): Promise<unknown>;
}

/** The helper that nodes and triggers have. */
export function nodeRequest(helpers: HttpRequestHelper): N8nRequest {
  return async (options) =>
    (await helpers.httpRequest({ ...options, returnFullResponse: true, encoding: 'stream', disableFollowRedirect: true, ignoreHttpStatusErrors: true })) as N8nAnswer;
}

/** The helper that a test of credentials has: n8n gives it the older one only, which knows no signal. */
export function credentialTestRequest(helpers: ICredentialTestFunctions['helpers']): N8nRequest {
  return async ({ url, method, headers, body, timeout }) =>
    (await helpers.request({
      uri: url,
      method,
      headers: headers as IDataObject,
      ...(body === undefined ? {} : { body }),
      timeout,
      useStream: true,
      resolveWithFullResponse: true,
      simple: false,
      followRedirect: false,
    })) as N8nAnswer;
}
