import { extended, FileSourceError, type HttpResponse, type Ports } from '@filesource/core';
import { z } from 'zod';
import type { Credentials, Proof } from './credentials.ts';
import { askedWaitMs, isPage, notSignedIn, notThePortal, readFailure, toError, type VendorFailure } from './errors.ts';
import type { ApiAnswer, ApiRequest, Exchange } from './exchange.ts';
import type { GenerationDetector } from './generation.ts';
import { envelopeSchema } from './schemas.ts';

interface ApiCall<Schema extends z.ZodType> extends ApiRequest {
  /** Of the `response` member. */
  readonly schema: Schema;
  /** What the schema gives, found sooner; `undefined` leaves it to the schema. */
  readonly quick?: (response: unknown) => z.output<Schema> | undefined;
  /** Failures that mean something else here than elsewhere. */
  readonly explain?: (failure: VendorFailure) => FileSourceError | undefined;
}

export interface ApiResult<T> {
  readonly value: T;
  /** What it was read from. */
  readonly bytes: Buffer;
  /** The envelope's total, which most answers lack. */
  readonly total: number | null;
  /** The wait that the portal asks for although it answered. */
  readonly retryAfterMs: number | undefined;
  /** What it was asked with. */
  readonly proof: Proof;
}

export interface OnlyOfficeClient {
  readonly portal: URL;
  readonly generation: GenerationDetector;
  call<Schema extends z.ZodType>(call: ApiCall<Schema>, signal: AbortSignal | undefined): Promise<ApiResult<z.output<Schema>>>;
  /** As `call`, for an answer that has to wait for its turn: it is read when that comes. What looks like a failure is read, and thrown, at once. */
  ask<Schema extends z.ZodType>(call: ApiCall<Schema>, signal: AbortSignal | undefined): Promise<() => ApiResult<z.output<Schema>>>;
  /** A body; credentials go to the portal's own origin only. */
  fetch(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal | undefined): Promise<HttpResponse>;
  /**
   * Asks whether the portal knows the caller, past any earlier answer. True when it did not, and does now. Throws `unauthenticated`.
   * - Also true when a login was renewed since an answer that was asked for with `before`: whether that one was known, nobody can ask any more.
   */
  renewIfUnknown(signal: AbortSignal | undefined, before?: Proof): Promise<boolean>;
  close(): Promise<void>;
}

export interface ClientParts {
  readonly portal: URL;
  readonly allowHosts: readonly string[];
  readonly ports: Ports;
  readonly generation: GenerationDetector;
  readonly exchange: Exchange;
  readonly credentials: Credentials;
}

/** - `suspicious`: what DocSpace answers to somebody whom it does not know, but also to somebody who asks for the wrong thing. */
type Verdict = 'fine' | 'suspicious' | 'refused';

function verdictOf(status: number): Verdict {
  if (status === 401) return 'refused';
  return status === 403 || status === 404 ? 'suspicious' : 'fine';
}

/** A shorter answer is read at once. */
const leastUnreadBytes = 4096;

/** Errors are short, and pages of a proxy are markup: neither may be taken for an answer by whoever counts failures. */
function looksLikeContents({ status, bytes }: ApiAnswer): boolean {
  return status < 400 && bytes.length >= leastUnreadBytes && !/^\s*</.test(bytes.toString('latin1', 0, 64));
}

/** How long the portal's word that it knows the caller is believed. */
const knownMs = 10_000;
const mostRedirects = 5;

/**
 * One request at a time, with the credentials looked after.
 * - DocSpace takes a bad token for an anonymous caller on many routes and then answers 403, 404 or an empty list; such answers
 *   are checked with a route that tells, before they are believed.
 * - A login that the portal refuses is renewed once.
 */
export function createClient(parts: ClientParts): OnlyOfficeClient {
  const { portal, ports, generation, exchange, credentials } = parts;
  const { clock } = ports;
  const allowedHosts = [portal.hostname, ...parts.allowHosts];
  const knownUntil = new WeakMap<Proof, number>();

  const askIfKnown = async (proof: Proof, signal: AbortSignal | undefined): Promise<boolean> => {
    const answer = await exchange({ method: 'GET', path: 'api/2.0/authentication' }, proof.headers, signal);
    if (answer.status === 401) return false;
    const envelope = z.object({ response: z.boolean() }).safeParse(answer.readJson());
    if (answer.status === 200 && envelope.success) return envelope.data.response;
    // A key that is known, but lacks a scope.
    if (answer.status === 403 && !isPage(answer)) return true;
    // A portal without that route; the user's own documents are open to nobody else.
    const own = await exchange({ method: 'GET', path: 'api/2.0/files/@my', query: { count: '1' } }, proof.headers, signal);
    if (own.status >= 400 && isPage(answer) && isPage(own)) throw notThePortal(own);
    return own.status !== 401;
  };

  const isKnown = async (proof: Proof, signal: AbortSignal | undefined, fresh: boolean): Promise<boolean> => {
    if (!fresh && clock.now() < (knownUntil.get(proof) ?? 0)) return true;
    const known = await askIfKnown(proof, signal);
    if (known) knownUntil.set(proof, clock.now() + knownMs);
    return known;
  };

  const signedIn = async <T>(signal: AbortSignal | undefined, attempt: (proof: Proof) => Promise<T>, judge: (answer: T) => Verdict, discard: (answer: T) => void): Promise<T> => {
    for (let renewed = false; ; renewed = true) {
      const proof = await credentials.proof(signal);
      const answer = await attempt(proof);
      const verdict = judge(answer);
      if (verdict === 'fine' || (verdict === 'suspicious' && (await isKnown(proof, signal, false)))) return answer;
      const canRepeat = credentials.reject(proof) && !renewed;
      if (!canRepeat && verdict === 'refused') return answer;
      discard(answer);
      if (!canRepeat) throw notSignedIn();
    }
  };

  const ask = async <Schema extends z.ZodType>(call: ApiCall<Schema>, signal: AbortSignal | undefined): Promise<() => ApiResult<z.output<Schema>>> => {
    const { answer, proof } = await signedIn(
      signal,
      async (used) => ({ answer: await exchange(call, used.headers, signal), proof: used }),
      ({ answer: given }) => {
        const verdict = verdictOf(given.status);
        if (verdict !== 'suspicious') return verdict;
        // Workspace opens no route of its API to nobody, and what is explained needs no other explanation.
        const isClear = (generation.current() === 'workspace' && !isPage(given)) || call.explain?.(readFailure(given, clock.now())) !== undefined;
        return isClear ? 'fine' : verdict;
      },
      () => undefined,
    );
    const nowMs = clock.now();
    const read = (): ApiResult<z.output<Schema>> => readResult(call, answer, proof, nowMs);
    if (looksLikeContents(answer)) return read;
    const result = read();
    return () => result;
  };

  return {
    portal,
    generation,
    ask,
    call: async (call, signal) => (await ask(call, signal))(),
    fetch: async (url, headers, signal) => {
      const request = { method: 'GET' as const, isDownload: true, url: url.href, headers, allowedHosts, maxRedirects: mostRedirects, ...(signal === undefined ? {} : { signal }) };
      try {
        if (url.origin !== portal.origin) return await ports.http.send(request);
        return await signedIn(
          signal,
          (proof) => ports.http.send(extended(request, { credentials: proof.headers })),
          (response) => (new URL(response.url).origin === portal.origin ? verdictOf(response.status) : 'fine'),
          (response) => response.body.destroy(),
        );
      } catch (error) {
        if (!FileSourceError.is(error, 'host-refused')) throw error;
        throw error.with({ advice: 'If the portal really keeps its files there, name that host in allowHosts of the source.' }, true);
      }
    },
    renewIfUnknown: async (signal, before) => {
      const proof = await credentials.proof(signal);
      if (before !== undefined && proof !== before) return true;
      if (await isKnown(proof, signal, true)) return false;
      if (!credentials.reject(proof)) throw notSignedIn();
      await credentials.proof(signal);
      return true;
    },
    close: () => credentials.close(),
  };
}

function readResult<Schema extends z.ZodType>(call: ApiCall<Schema>, answer: ApiAnswer, proof: Proof, nowMs: number): ApiResult<z.output<Schema>> {
  const envelope = envelopeSchema.safeParse(answer.readJson());
  const failed = answer.status >= 400 || (envelope.success && ((envelope.data.error ?? null) !== null || (envelope.data.statusCode ?? 200) >= 400));
  if (failed) {
    // A server that wants TLS, for one; the API itself has no pages.
    if (answer.status === 400 && isPage(answer)) throw notThePortal(answer);
    const failure = readFailure(answer, nowMs);
    throw call.explain?.(failure) ?? toError(failure);
  }
  // Temporary: a proxy's page passes.
  if (!envelope.success) throw notThePortal(answer, { status: 'temporary' });
  const value = call.quick?.(envelope.data.response) ?? parsedBy(call.schema, envelope.data.response, answer.status);
  return { value, bytes: answer.bytes, total: envelope.data.total ?? null, retryAfterMs: askedWaitMs(answer.headers, nowMs), proof };
}

function parsedBy<Schema extends z.ZodType>(schema: Schema, response: unknown, httpStatus: number): z.output<Schema> {
  const parsed = schema.safeParse(response);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new FileSourceError('vendor-protocol', `the answer of the API does not fit${where === '' ? '' : ` at ${where}`}`, { httpStatus });
}
