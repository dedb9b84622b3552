import { grantOf } from '../auth/authenticate.ts';
import { defineRoute, type Route } from '../openapi/route.ts';
import { sourceFor, type Parts } from '../parts.ts';
import { linkRequestSchema, linkSchema, sourceParams } from './schemas.ts';

export function linkRoutes(parts: Pick<Parts, 'sources'>): readonly Route[] {
  return [
    defineRoute({
      method: 'POST',
      url: '/v1/sources/:source/links',
      operationId: 'createLink',
      summary: 'A URL of the vendor for somebody else',
      description: 'It opens without a token: it is as secret as what it leads to.',
      access: 'link',
      input: { params: sourceParams, body: linkRequestSchema },
      answers: { 200: { description: 'The link', schema: linkSchema } },
      run: async ({ params, body: { folder, file, language }, request, signal }) => {
        const source = sourceFor(parts, grantOf(request), params.source);
        const { url, kind, expires, needsCredentials } = await source.link({ folder, ...(file === undefined ? {} : { file }) }, { signal, ...(language === undefined ? {} : { language }) });
        return { url, kind, expires: expires?.toISOString() ?? null, needsCredentials };
      },
    }),
  ];
}
