import type { FastifyReply, FastifyRequest } from 'fastify';
import { FileSourceError } from '@filesource/core';
import type { z } from 'zod';
import type { Access } from '../auth/authenticate.ts';

/** One answer of a route, for the document and for the tests that hold the two together. */
export interface Answer {
  readonly description: string;
  /** Of a JSON body; must be one of the components. */
  readonly schema?: z.ZodType;
  /** Of any other body. */
  readonly mediaType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Input {
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
}

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

export interface Call<I extends Input> {
  readonly params: Parsed<I['params']>;
  readonly query: Parsed<I['query']>;
  readonly body: Parsed<I['body']>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Fires when the client goes away, and when the answer takes too long to start. */
  readonly signal: AbortSignal;
}

export interface RouteFacts {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With `:name` for what is in `params`. */
  readonly url: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  /** Whether a request takes one of the places for requests; default true for what needs a token. */
  readonly isLimited?: boolean;
  /** Whether HEAD goes to the same handler; default true for GET. */
  readonly hasHead?: boolean;
  /** Request headers that are heeded, and what they do. */
  readonly requestHeaders?: Readonly<Record<string, string>>;
  readonly answers: Readonly<Record<number, Answer>>;
}

/** A route as the app registers it and the document describes it. */
export interface Route extends RouteFacts {
  readonly input: Input;
  readonly methods: readonly ('GET' | 'HEAD' | 'POST' | 'DELETE')[];
  handle(request: FastifyRequest, reply: FastifyReply): Promise<unknown>;
}

/** A route whose input is parsed by its schemas before it is run; bad input is `invalid-argument`. */
export function defineRoute<I extends Input>(facts: RouteFacts & { readonly input?: I; readonly run: (call: Call<I>) => unknown }): Route {
  const { input, run, ...rest } = facts;
  const { params, query, body }: Input = input ?? {};
  const hasHead = facts.hasHead ?? facts.method === 'GET';
  return {
    ...rest,
    input: { ...(params === undefined ? {} : { params }), ...(query === undefined ? {} : { query }), ...(body === undefined ? {} : { body }) },
    methods: hasHead ? [facts.method, 'HEAD'] : [facts.method],
    handle: async (request, reply) =>
      run({
        params: parse(params, request.params, 'the address') as Parsed<I['params']>,
        query: parse(query, request.query, 'the query') as Parsed<I['query']>,
        body: parse(body, request.body, 'the body') as Parsed<I['body']>,
        request,
        reply,
        signal: request.until,
      }),
  };
}

function parse(schema: z.ZodObject | undefined, value: unknown, where: string): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const what = parsed.error.issues.map(({ path, message }) => `${path.length === 0 ? '' : `${path.join('.')}: `}${message}`).join('; ');
  throw new FileSourceError('invalid-argument', `${where} is not right: ${what}`, { advice: 'See /openapi.json.' });
}
