import { FileSourceError, parseJson, readBody, type HttpResponse, type Ports, type Secret } from '@filesource/core';
import { Batcher, type Outcome } from './batch.ts';
import type { AccountConfig } from './config.ts';
import { readOutcomes, type Action, type ActionData, type SentAction } from './envelope.ts';
import { apiStatusError, mayBeOneActionsFault, type AnswerFacts } from './errors.ts';

const getAction = 'urn:onoffice-de-ns:smart:2.5:smartml:action:get';
/** A hundred records with names of 300 characters, all of them escaped, stay below this. */
const maxBytesPerAction = 2 * 1024 * 1024;
const maxRequests = 4;
const maxRedirects = 3;

export interface ApiClient {
  /** One action; it shares a request with others of the same tick. */
  call(action: Action, signal: AbortSignal | undefined): Promise<ActionData>;
  /** One action in a request of its own, for answers that are large. Throws `too-large` past `maxBytes`. */
  callAlone(action: Action, options: { readonly maxBytes: number; readonly signal: AbortSignal | undefined }): Promise<ActionData>;
  close(): void;
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

export function createApiClient(config: AccountConfig, ports: Pick<Ports, 'http' | 'clock' | 'hashing'>): ApiClient {
  let lastIdentifier = 0;

  const sign = (action: Action): SignedAction => {
    const timestamp = Math.floor(ports.clock.now() / 1000);
    lastIdentifier += 1;
    return {
      actionid: getAction,
      resourceid: action.resourceId,
      resourcetype: action.resourceType,
      identifier: `fs-${lastIdentifier}`,
      timestamp,
      hmac: signature(ports.hashing, config, { timestamp, resourcetype: action.resourceType, actionid: getAction }),
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

  const exchange = async (actions: readonly Action[], maxBytes: number, signal: AbortSignal | undefined): Promise<readonly Outcome<ActionData>[]> => {
    let url: string | undefined = config.apiUrl;
    for (let hops = 0; ; hops += 1) {
      const signed = actions.map(sign);
      const response = await post(url, signed, signal);
      const facts = answerFacts(response, ports.clock.now());
      url = hops < maxRedirects ? redirectOf(response, url) : undefined;
      if (url === undefined) return readOutcomes(await readAnswer(response, maxBytes, facts), signed, facts);
      response.body.destroy();
    }
  };

  const batcher = new Batcher<Action, ActionData>({
    send: (actions, signal) => exchange(actions, actions.length * maxBytesPerAction, signal),
    maxJobs: config.maxActionsPerRequest,
    maxRequests,
    isSeparable: mayBeOneActionsFault,
  });

  return {
    call: (action, signal) => batcher.call(action, signal),
    callAlone: async (action, { maxBytes, signal }) => {
      const [outcome] = await exchange([action], maxBytes, signal);
      if (outcome?.status === 'done') return outcome.value;
      throw outcome?.status === 'failed' ? outcome.error : new FileSourceError('vendor-protocol', 'the vendor left out the result of the call', { status: 'temporary' });
    },
    close: () => batcher.close(),
  };
}

export function answerFacts(response: Pick<HttpResponse, 'status' | 'headers'>, nowMs: number): AnswerFacts {
  const date = Date.parse(response.headers['date'] ?? '');
  return { httpStatus: response.status, retryAfter: response.headers['retry-after'], nowMs, skewMs: Number.isNaN(date) ? null : nowMs - date };
}

/**
 * Where the API is by its own word: onOffice redirects customers between its versions.
 * - On the same origin only, since the body carries the token. A POST stays one: as a GET it would mean nothing here.
 */
function redirectOf(response: HttpResponse, from: string): string | undefined {
  const location = response.headers['location'];
  if (location === undefined || ![301, 302, 307, 308].includes(response.status) || !URL.canParse(location, from)) return undefined;
  const to = new URL(location, from);
  return to.origin === new URL(from).origin ? to.href : undefined;
}

async function readAnswer(response: HttpResponse, maxBytes: number, facts: AnswerFacts): Promise<unknown> {
  const isFailure = facts.httpStatus < 200 || facts.httpStatus > 299;
  if (facts.httpStatus === 429) {
    response.body.destroy();
    throw apiStatusError(facts);
  }
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) {
    response.body.destroy();
    throw new FileSourceError('too-large', `the answer has more than ${maxBytes} bytes`);
  }
  const bytes = await readBody(response.body, maxBytes);
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  try {
    return parseJson(text);
  } catch (error) {
    throw isFailure ? apiStatusError(facts) : error;
  }
}
