import type { FileSource } from '@filesource/core';
import type { z } from 'zod';
import { grantOf } from '../auth/authenticate.ts';
import { defineRoute, type Route } from '../openapi/route.ts';
import { sourceFor, type Parts } from '../parts.ts';
import { sourceParams, sourceSchema, sourcesSchema } from './schemas.ts';

export function sourceRoutes(parts: Pick<Parts, 'sources'>): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      url: '/v1/sources',
      operationId: 'listSources',
      summary: 'The sources that the token may read, and what each can do',
      access: 'read',
      answers: { 200: { description: 'The sources', schema: sourcesSchema } },
      run: ({ request }) => {
        const grant = grantOf(request);
        return { items: parts.sources.all().filter(({ name }) => grant.mayUse(name)).map(sourceJson) };
      },
    }),
    defineRoute({
      method: 'GET',
      url: '/v1/sources/:source',
      operationId: 'getSource',
      summary: 'One source, and what it can do',
      access: 'read',
      input: { params: sourceParams },
      answers: { 200: { description: 'The source', schema: sourceSchema } },
      run: ({ params, request }) => sourceJson(sourceFor(parts, grantOf(request), params.source)),
    }),
  ];
}

function sourceJson({ name, provider, capabilities }: FileSource): z.output<typeof sourceSchema> {
  return { name, provider, capabilities };
}
