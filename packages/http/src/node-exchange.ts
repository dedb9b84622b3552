import { request as httpRequest, type Agent, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { extended, listenForAbort, stopListeningForAbort } from '@filesource/core';
import { noteFailure } from './answer-failures.ts';
import { NoAnswer } from './no-answer.ts';
import { parseUrl } from './parse-url.ts';

export interface NodeExchange {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal | undefined;
  /** By the protocol of the URL. */
  readonly agentOf: (protocol: string) => Agent;
  /** Largest size of the headers of an answer, in bytes. */
  readonly maxHeaderBytes: number;
  /** Read by the agents. */
  readonly connectTimeoutMs: number | undefined;
}

/** One exchange on Node's own client; the signal counts until the answer is there, and then whoever reads the body ends it. */
export function exchangeOnNode(exchange: NodeExchange): Promise<IncomingMessage> {
  const { signal } = exchange;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(abortOf(signal));
      return;
    }
    const request = start(exchange);
    const onAbort = (): void => void request.destroy(abortOf(signal));
    let isOver = false;
    const settle = (): void => {
      isOver = true;
      if (signal !== undefined) stopListeningForAbort(signal, onAbort);
    };
    request.once('response', (answer) => {
      settle();
      resolve(answer);
      request.on('error', (error) => noteFailure(answer, error));
    });
    request.on('error', (error) => {
      settle();
      reject(error);
    });
    // An answer that wants to go on in another protocol ends without an error.
    request.once('close', () => {
      if (isOver) return;
      settle();
      reject(new NoAnswer());
    });
    if (signal !== undefined) listenForAbort(signal, onAbort);
    request.end(exchange.body);
  });
}

function start({ method, url: text, headers, body, agentOf, maxHeaderBytes, connectTimeoutMs }: NodeExchange): ClientRequest {
  const url = parseUrl(text);
  const isTls = url.protocol === 'https:';
  const options: RequestOptions & { readonly connectTimeoutMs: number | undefined } = extended(urlToHttpOptions(new URL(text)), {
    method,
    agent: agentOf(url.protocol),
    headers: body === undefined ? headers : { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    maxHeaderSize: maxHeaderBytes,
    connectTimeoutMs,
  });
  return (isTls ? httpsRequest : httpRequest)(options);
}

function abortOf(signal: AbortSignal | undefined): Error {
  return signal?.reason instanceof Error ? signal.reason : new Error('aborted');
}
