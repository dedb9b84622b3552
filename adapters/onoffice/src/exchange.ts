import { FileSourceError, parseJson, toFileSourceError, type HttpResponse, type Ports, type Secret } from '@filesource/core';
import type { AccountConfig } from './config.ts';
import type { Action, SentAction } from './envelope.ts';
import { apiStatusError, elsewhereError, type AnswerFacts } from './errors.ts';

const getAction = 'urn:onoffice-de-ns:smart:2.5:smartml:action:get';
const maxRedirects = 3;

/** An answer of the API whose body has not been read, and the actions as they were sent. */
export interface Exchange {
  readonly response: HttpResponse;
  readonly signed: readonly SignedAction[];
  readonly facts: AnswerFacts;
}

interface SignedAction extends SentAction {
  readonly timestamp: number;
  readonly hmac: string;
  readonly hmac_version: '2';
  readonly parameters: Action['parameters'];
}

/** HMAC version 2; the timestamp that is signed is the one that is sent. */
export function signature(hashing: Ports['hashing'], account: { readonly token: Secret; readonly secret: Secret }, facts: { readonly timestamp: number; readonly resourcetype: string; readonly actionid: string }): string {
  return hashing.hmacSha256Base64(account.secret.reveal(), `${facts.timestamp}${account.token.reveal()}${facts.resourcetype}${facts.actionid}`);
}

/** One signed request for several actions. */
export function createExchange(config: AccountConfig, ports: Pick<Ports, 'http' | 'clock' | 'hashing'>): (actions: readonly Action[], signal: AbortSignal | undefined) => Promise<Exchange> {
  let lastIdentifier = 0;
  let last: { readonly timestamp: number; readonly resourcetype: string; readonly hmac: string } | undefined;

  /** One signature holds for all actions of a kind in the same second. */
  const hmacOf = (timestamp: number, resourcetype: string): string => {
    if (last?.timestamp !== timestamp || last.resourcetype !== resourcetype) {
      last = { timestamp, resourcetype, hmac: signature(ports.hashing, config, { timestamp, resourcetype, actionid: getAction }) };
    }
    return last.hmac;
  };

  const sign = (action: Action): SignedAction => {
    const timestamp = Math.floor(ports.clock.now() / 1000);
    lastIdentifier += 1;
    return {
      actionid: getAction,
      resourceid: action.resourceId,
      resourcetype: action.resourceType,
      identifier: `fs-${lastIdentifier}`,
      timestamp,
      hmac: hmacOf(timestamp, action.resourceType),
      hmac_version: '2',
      parameters: action.parameters,
    };
  };

  const post = (url: string, actions: readonly SignedAction[], signal: AbortSignal | undefined): Promise<HttpResponse> =>
    ports.http.send({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ token: config.token.reveal(), request: { actions } }),
      ...(signal === undefined ? {} : { signal }),
    });

  return async (actions: readonly Action[], signal: AbortSignal | undefined): Promise<Exchange> => {
    let url = config.apiUrl;
    for (let hops = 0; ; hops += 1) {
      const signed = actions.map(sign);
      const response = await post(url, signed, signal);
      const facts = answerFacts(response, ports.clock.now());
      const to = hops < maxRedirects ? redirectOf(response, url) : undefined;
      if (to === undefined) return { response, signed, facts };
      response.body.destroy();
      if (to.origin !== new URL(url).origin) throw elsewhereError(response.status, to.href);
      url = to.href;
    }
  };
}

export function answerFacts(response: Pick<HttpResponse, 'status' | 'headers'>, nowMs: number): AnswerFacts {
  const date = Date.parse(response.headers['date'] ?? '');
  return { httpStatus: response.status, retryAfter: response.headers['retry-after'], nowMs, skewMs: Number.isNaN(date) ? null : nowMs - date };
}

/**
 * Where the API is by its own word: onOffice redirects customers between its versions.
 * - Followed on the same origin only, since the body carries the token. A POST stays one: as a GET it would mean nothing here.
 */
function redirectOf(response: HttpResponse, from: string): URL | undefined {
  const location = response.headers['location'];
  if (location === undefined || ![301, 302, 307, 308].includes(response.status) || !URL.canParse(location, from)) return undefined;
  return new URL(location, from);
}

/** What makes an answer useless before it is read. */
export function refuseAtOnce(response: HttpResponse, maxBytes: number, facts: AnswerFacts): void {
  const isTooLong = Number(response.headers['content-length'] ?? 0) > maxBytes;
  if (facts.httpStatus !== 429 && !isTooLong) return;
  response.body.destroy();
  throw isTooLong && facts.httpStatus !== 429 ? new FileSourceError('too-large', `the answer has more than ${maxBytes} bytes`) : apiStatusError(facts);
}

export function parseAnswer(text: string, facts: AnswerFacts): unknown {
  try {
    return parseJson(text, { isPicked: true });
  } catch (error) {
    if (facts.httpStatus < 200 || facts.httpStatus > 299) throw apiStatusError(facts);
    throw toFileSourceError(error).with({ httpStatus: facts.httpStatus, advice: 'Check that apiUrl is the address of the API, and that no page, such as one of a proxy or for maintenance, stands before it.' });
  }
}
