import { z } from 'zod';
import { problemSchema } from '../problem/problem.ts';
import { problemMediaType } from '../problem/send-problem.ts';
import type { Answer, Route } from './route.ts';

type Json = Readonly<Record<string, unknown>>;

export interface DocumentParts {
  readonly routes: readonly Route[];
  readonly components: z.core.$ZodRegistry<{ id: string }>;
  readonly version: string;
}

/** The OpenAPI 3.1 document of the routes; every schema in it is one that the gateway validates with, or that its tests hold answers against. */
export function openApiDocument({ routes, components, version }: DocumentParts): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = (paths[route.url.replace(/:(\w+)/g, '{$1}')] ??= {});
    for (const method of route.methods) path[method.toLowerCase()] = operation(route, method, components);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'filesource gateway', version, description: 'Any source over HTTP: listings, contents with ranges, links, archives with proof. Errors are problem+json with a kind.', license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: componentSchemas(components),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token of the section gateway: of the config; an operation says which scope it takes' },
        session: { type: 'apiKey', in: 'cookie', name: 'filesource_session', description: 'What POST /v1/session gives a browser' },
      },
    },
  };
}

function componentSchemas(components: DocumentParts['components']): Json {
  const { schemas } = z.toJSONSchema(components, { target: 'draft-2020-12', io: 'output', uri: (id) => `#/components/schemas/${id}`, unrepresentable: 'any' });
  return Object.fromEntries(Object.entries(schemas).map(([id, { $schema: _schema, $id: _id, ...schema }]) => [id, schema]));
}

function operation(route: Route, method: string, components: DocumentParts['components']): Json {
  const { input, access, answers } = route;
  const isHead = method === 'HEAD';
  const scope = access === 'open' || access === 'token' ? [] : [`Scope: ${access}.`];
  const description = [...(route.description === undefined ? [] : [route.description]), ...scope].join(' ');
  const parameters = [...parametersOf(input.params, 'path'), ...parametersOf(input.query, 'query'), ...headerParameters(route, isHead)];
  return {
    operationId: isHead ? `${route.operationId}Head` : route.operationId,
    summary: isHead ? `${route.summary}: the headers only` : route.summary,
    ...(description === '' ? {} : { description }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(input.body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: refTo(input.body, components) } } } }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).flatMap(([status, answer]) => (isHead && status === '206' ? [] : [[status, answerOf(answer, isHead, components)]]))),
      default: { description: 'What went wrong', ...(isHead ? {} : { content: { [problemMediaType]: { schema: refTo(problemSchema, components) } } }) },
    },
    security: access === 'open' ? [] : [{ token: [] }, { session: [] }],
  };
}

function answerOf({ description, schema, mediaType, headers = {} }: Answer, isHead: boolean, components: DocumentParts['components']): Json {
  const content = schema !== undefined ? { 'application/json': { schema: refTo(schema, components) } } : mediaType === undefined ? undefined : { [mediaType]: {} };
  const named = Object.entries(headers).map(([name, text]) => [name, { description: text, schema: { type: 'string' } }] as const);
  return { description, ...(named.length === 0 ? {} : { headers: Object.fromEntries(named) }), ...(isHead || content === undefined ? {} : { content }) };
}

function refTo(schema: z.ZodType, components: DocumentParts['components']): Json {
  const id = components.get(schema)?.id;
  if (id === undefined) throw new TypeError('a body of the API is not among the components of its document');
  return { $ref: `#/components/schemas/${id}` };
}

function parametersOf(schema: z.ZodObject | undefined, place: 'path' | 'query'): readonly Json[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const { $schema: _schema, description, ...json } = z.toJSONSchema(field as z.ZodType, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' });
    const isRequired = place === 'path' || !(field as z.ZodType).safeParse(undefined).success;
    return { name, in: place, required: isRequired, ...(description === undefined ? {} : { description }), schema: json };
  });
}

function headerParameters({ requestHeaders = {} }: Route, isHead: boolean): readonly Json[] {
  return Object.entries(isHead ? {} : requestHeaders).map(([name, description]) => ({ name, in: 'header', required: false, description, schema: { type: 'string' } }));
}
