import { publicLookup } from '@filesource/container';
import type { HttpClient } from '@filesource/core';
import { Agent, request, type Dispatcher } from 'undici';

// #region undici-transport
/**
 * One exchange on undici: any status is an answer, no redirect is followed, the body is a stream.
 * - What filesource decides about hosts, redirects and credentials stays around it; it only has to keep `allowPrivate`.
 */
export class UndiciTransport implements HttpClient {
  readonly #anywhere = new Agent();
  readonly #publicOnly = new Agent({ connect: { lookup: publicLookup() } });
  /** The hosts that were called, as the host application would count them. */
  readonly calls: string[] = [];

  async send({ method, url, headers, credentials, body, signal, allowPrivate }: Parameters<HttpClient['send']>[0]): ReturnType<HttpClient['send']> {
    this.calls.push(new URL(url).host);
    const answer = await request(url, {
      method,
      headers: { ...headers, ...credentials },
      body: body ?? null,
      signal: signal ?? null,
      dispatcher: allowPrivate === false ? this.#publicOnly : this.#anywhere,
    });
    return { status: answer.statusCode, headers: joined(answer.headers), url, body: answer.body };
  }

  async close(): Promise<void> {
    await Promise.all([this.#anywhere.close(), this.#publicOnly.close()]);
  }
}
// #endregion

function joined(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]));
}
