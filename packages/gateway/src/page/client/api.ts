import type { ErrorKind } from '@filesource/core';
import { sessionPath } from './paths.ts';
import { en } from './text/en.ts';
import type { Problem } from './wire.ts';

/** An answer of the gateway that is no success, or none at all (`network`). */
export class ProblemError extends Error {
  readonly problem: Problem;
  readonly httpStatus: number;

  constructor(problem: Problem, httpStatus: number) {
    super(problem.detail);
    this.problem = problem;
    this.httpStatus = httpStatus;
  }
}

export interface Call {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** The gateway's API, with the session cookie. Calls throw {@link ProblemError}, and an AbortError for their signal. */
export class Api {
  readonly #onSignedOut: () => void;

  /** `onSignedOut` is called for each answer that asks for a sign-in. */
  constructor(onSignedOut: () => void) {
    this.#onSignedOut = onSignedOut;
  }

  async get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
    return (await this.#json(await this.send(path, signal === undefined ? {} : { signal }))) as Answer;
  }

  async post<Answer>(path: string, body: unknown): Promise<Answer> {
    return (await this.#json(await this.send(path, { method: 'POST', body }))) as Answer;
  }

  /** The token is held by nobody afterwards: the answer sets a cookie that scripts cannot read. */
  async signIn(token: string): Promise<void> {
    await this.#fetch(sessionPath, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  }

  async signOut(): Promise<void> {
    await this.#fetch(sessionPath, { method: 'DELETE' });
  }

  async send(path: string, call: Call = {}): Promise<Response> {
    try {
      return await this.#fetch(path, call);
    } catch (error) {
      if (error instanceof ProblemError && error.httpStatus === 401) this.#onSignedOut();
      throw error;
    }
  }

  async #fetch(path: string, call: Call): Promise<Response> {
    const { body, headers, ...init } = call;
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    let response: Response;
    try {
      response = await fetch(path, {
        ...init,
        headers: { accept: 'application/json, application/problem+json', ...json, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        credentials: 'same-origin',
        cache: 'no-store',
      });
    } catch (error) {
      if (call.signal?.aborted === true) throw error;
      throw new ProblemError({ kind: 'network', detail: String(error) }, 0);
    }
    if (!response.ok) throw new ProblemError(await readProblem(response), response.status);
    return response;
  }

  async #json(response: Response): Promise<unknown> {
    try {
      return await response.json();
    } catch (error) {
      throw new ProblemError({ kind: 'network', detail: String(error) }, response.status);
    }
  }
}

export function problemOf(error: unknown): Problem {
  return error instanceof ProblemError ? error.problem : { kind: 'unexpected', detail: String(error) };
}

/** The kinds that the page has words for; the gateway may know more than this page does. */
export function knownKind(kind: unknown): ErrorKind {
  return typeof kind === 'string' && Object.hasOwn(en.kinds, kind) ? (kind as ErrorKind) : 'unexpected';
}

async function readProblem(response: Response): Promise<Problem> {
  const fallback = `HTTP ${response.status} ${response.statusText}`.trim();
  let parsed: unknown;
  try {
    parsed = JSON.parse(await response.text());
  } catch {
    parsed = null;
  }
  const fields = typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  const detail = textOf(fields['detail']) ?? textOf(fields['title']) ?? fallback;
  const kind = fields['kind'] === undefined && response.status === 401 ? 'unauthenticated' : knownKind(fields['kind']);
  const advice = textOf(fields['advice']);
  return { kind, detail, ...(advice === undefined ? {} : { advice }) };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
