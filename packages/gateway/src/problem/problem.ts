import { errorKinds, FileSourceError, toFileSourceError, type Redactor } from '@filesource/core';
import { z } from 'zod';
import { kindOfProblem, problemKinds, type OwnKind, type ProblemKind } from './kinds.ts';
import { Refusal } from './refusal.ts';

/** An error as it is answered, `application/problem+json` of RFC 9457. */
export const problemSchema = z.strictObject({
  type: z.string().meta({ description: 'urn:filesource:error: and the kind, or the finer kind of what the gateway itself refuses' }),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string(),
  instance: z.string().meta({ description: 'The id of the request, as in the header X-Request-Id and in the log' }),
  kind: z.enum(errorKinds).meta({ description: 'What a program decides on; docs/errors.md says what each means' }),
  advice: z.string().nullable().meta({ description: 'What to do about it' }),
  retryAfter: z.int().min(0).nullable().meta({ description: 'Seconds, as in the header Retry-After' }),
});

type Problem = z.output<typeof problemSchema>;

export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
  readonly isOurFault: boolean;
}

/**
 * Any thrown value as an answer.
 * - Nothing secret: errors of sources were redacted where they were thrown, and are once more; what is unexpected shows no message at all.
 */
export function problemOf(thrown: unknown, requestId: string, redactor: Redactor): ProblemAnswer {
  if (thrown instanceof Refusal) return answer({ kind: thrown.kind, detail: thrown.message, ...thrown.facts }, requestId);
  const framework = frameworkProblem(thrown);
  if (framework !== undefined) return answer(framework, requestId);
  const error = toFileSourceError(thrown);
  const isStranger = !FileSourceError.is(thrown) && error.kind === 'unexpected';
  return answer(
    {
      kind: error.kind,
      detail: isStranger ? 'The log of the gateway says more.' : redactor.redact(error.ref === undefined ? error.message : `${error.ref}: ${error.message}`),
      ...(error.advice === undefined ? {} : { advice: redactor.redact(error.advice) }),
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    },
    requestId,
  );
}

interface Facts {
  readonly kind: ProblemKind;
  readonly detail: string;
  readonly advice?: string;
  readonly retryAfterMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

function answer({ kind, detail, advice, retryAfterMs, headers = {} }: Facts, requestId: string): ProblemAnswer {
  const { status, title } = problemKinds[kind];
  const retryAfter = retryAfterMs === undefined ? null : Math.ceil(retryAfterMs / 1000);
  return {
    problem: { type: `urn:filesource:error:${kind}`, title, status, detail, instance: requestId, kind: kindOfProblem(kind), advice: advice ?? null, retryAfter },
    headers: { ...headers, ...(retryAfter === null ? {} : { 'retry-after': String(retryAfter) }) },
    isOurFault: kind === 'unexpected' || kind === 'config-invalid' || kind === 'target-failed',
  };
}

/** What the framework refuses by itself, by its status; it has dozens of codes. */
const frameworkKinds: Readonly<Record<number, OwnKind>> = { 404: 'unknown-route', 408: 'request-timeout', 413: 'body-too-large', 415: 'media-type-refused', 431: 'head-too-large' };

function frameworkProblem(thrown: unknown): Facts | undefined {
  if (typeof thrown !== 'object' || thrown === null || FileSourceError.is(thrown)) return undefined;
  const { statusCode, code } = thrown as { readonly statusCode?: unknown; readonly code?: unknown };
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 499) return undefined;
  if (typeof code === 'string' && code.includes('BAD_URL')) return { kind: 'invalid-argument', detail: 'The address is not a URL: a percent sign starts an encoded character.' };
  if (statusCode === 414) return { kind: 'invalid-argument', detail: 'The address is not right: an id has at most 1024 characters.' };
  const kind = frameworkKinds[statusCode];
  if (kind === undefined) return { kind: 'invalid-argument', detail: 'The body is not JSON, or not as it was announced.', advice: 'Send a JSON object with Content-Type: application/json.' };
  return { kind, detail: `${problemKinds[kind].title}.` };
}
