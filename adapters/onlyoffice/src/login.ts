import { FileSourceError, lookOf, untilAborted, withTimeout, type Ports, type Secret } from '@filesource/core';
import { bearer, type Credentials, type Proof } from './credentials.ts';
import { parseVendorDate } from './entries.ts';
import { isPage, notThePortal, readFailure, toLoginError } from './errors.ts';
import type { ApiAnswer, Exchange } from './exchange.ts';
import type { GenerationDetector } from './generation.ts';
import { envelopeSchema, loginSchema } from './schemas.ts';

export interface LoginTools {
  readonly ports: Ports;
  readonly exchange: Exchange;
  readonly generation: GenerationDetector;
  readonly timeoutMs: number;
}

interface Session {
  readonly proof: Proof;
  readonly staleMs: number;
}

/** The vendor blocks a user for a minute after five wrong passwords in a minute; one a minute never gets there. */
const refusalMs = 60_000;
const logoutMs = 5000;
const earlyMs = 60_000;

/**
 * User name and password: one login for all calls, renewed shortly before it runs out or when the portal refuses it.
 * - Calls that need it at the same time share one login; aborting one of them leaves it alone.
 * - A refused password is not tried again for a minute.
 */
export function createLogin(userName: string, password: Secret, tools: LoginTools): Credentials {
  const { clock, redactor, logger } = tools.ports;
  redactor.add(password);
  let session: Session | undefined;
  let pending: Promise<Session> | undefined;
  let refusal: { readonly error: FileSourceError; readonly untilMs: number } | undefined;

  const login = async (): Promise<Session> => {
    const answer = await withTimeout(clock, tools.timeoutMs, undefined, (signal) =>
      tools.exchange({ method: 'POST', path: 'api/2.0/authentication', body: { userName, password: password.reveal() } }, {}, signal),
    );
    const { token, expires } = readLogin(answer, clock.now());
    tools.generation.observe({ json: answer.readJson(), postStatus: answer.status });
    redactor.add(token);
    logger.log('debug', 'onlyoffice.login', {});
    return { proof: bearer(token), staleMs: staleAt(expires, answer.headers['date'], clock.now()) };
  };

  const loginOnce = (): Promise<Session> => {
    if (refusal !== undefined && clock.now() < refusal.untilMs) throw refusal.error;
    pending ??= login()
      .then((opened) => {
        session = opened;
        return opened;
      })
      .catch((error: unknown) => {
        if (FileSourceError.is(error, 'unauthenticated')) refusal = { error, untilMs: clock.now() + refusalMs };
        throw error;
      })
      .finally(() => {
        pending = undefined;
      });
    return pending;
  };

  return {
    proof: async (signal) => {
      if (session !== undefined && clock.now() < session.staleMs) return session.proof;
      return (await untilAborted(loginOnce(), signal)).proof;
    },
    reject: (proof) => {
      if (session?.proof === proof) session = undefined;
      return true;
    },
    close: async () => {
      const left = session;
      session = undefined;
      // Only DocSpace is known to have this route.
      if (left === undefined || tools.generation.current() !== 'docspace') return;
      await withTimeout(clock, logoutMs, undefined, (signal) => tools.exchange({ method: 'POST', path: 'api/2.0/authentication/logout', body: {} }, left.proof.headers, signal)).catch(() => undefined);
    },
  };
}

function readLogin(answer: ApiAnswer, nowMs: number): { readonly token: string; readonly expires: Date | null } {
  const envelope = envelopeSchema.safeParse(answer.readJson());
  const failed = answer.status >= 400 || (envelope.success && ((envelope.data.error ?? null) !== null || (envelope.data.statusCode ?? 200) >= 400));
  if ((answer.status === 400 || answer.status === 404) && isPage(answer)) throw notThePortal(answer);
  if (failed) throw toLoginError(readFailure(answer, nowMs));
  const parsed = loginSchema.safeParse(envelope.success ? envelope.data.response : undefined);
  if (!parsed.success) {
    throw new FileSourceError('vendor-protocol', `expected the answer to a login, got ${envelope.success ? 'another one' : lookOf(answer.text)}`, {
      status: 'temporary',
      advice: 'Check that baseUrl is the address of an ONLYOFFICE portal.',
    });
  }
  const { token, expires, sms, tfa, confirmUrl } = parsed.data;
  if (typeof token === 'string' && token !== '') return { token, expires: parseVendorDate(expires) };
  if (sms !== true && tfa !== true && (confirmUrl ?? '') === '') {
    throw new FileSourceError('vendor-protocol', 'the portal answered the login without a token', { advice: 'Use an API key (apiKey) in place of userName and password.' });
  }
  throw new FileSourceError('unauthenticated', `the portal asks for a second factor${sms === true && tfa !== true ? ' by text message' : ''}`, {
    advice: 'Use an API key (apiKey) in place of userName and password.',
  });
}

/** By the portal's own clock where it tells the time, so that a clock that is off here does no harm. */
function staleAt(expires: Date | null, dateHeader: string | undefined, nowMs: number): number {
  if (expires === null) return Number.POSITIVE_INFINITY;
  const portalNow = dateHeader === undefined ? Number.NaN : Date.parse(dateHeader);
  const lifetimeMs = expires.getTime() - (Number.isNaN(portalNow) ? nowMs : portalNow);
  if (lifetimeMs <= 0) return Number.POSITIVE_INFINITY;
  return nowMs + lifetimeMs - Math.min(earlyMs, lifetimeMs / 10);
}
