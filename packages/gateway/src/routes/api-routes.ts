import { openApiDocument } from '../openapi/document.ts';
import { defineRoute, type Route } from '../openapi/route.ts';
import type { Parts } from '../parts.ts';
import { archiveRoutes } from './archives.ts';
import { contentRoutes } from './content.ts';
import { entryRoutes } from './entries.ts';
import { eventRoutes } from './events.ts';
import { healthRoutes } from './health.ts';
import { linkRoutes } from './links.ts';
import { operationRoutes } from './operations.ts';
import { sessionRoutes } from './session.ts';
import { components } from './schemas.ts';
import { sourceRoutes } from './sources.ts';

/** For the document only: the page registers itself, with its files below it. */
const page = defineRoute({
  method: 'GET',
  url: '/',
  operationId: 'getPage',
  summary: 'The page for people',
  description: 'Its files are below /page/, and named by the hash of their content.',
  access: 'open',
  hasHead: false,
  answers: { 200: { description: 'HTML', mediaType: 'text/html' } },
  run: () => undefined,
});

/** Every route of the API, the one of its document included. */
export function apiRoutes(parts: Parts, version: string): readonly Route[] {
  const routes: Route[] = [
    ...healthRoutes(parts),
    ...sessionRoutes(parts),
    ...sourceRoutes(parts),
    ...entryRoutes(parts),
    ...contentRoutes(parts),
    ...linkRoutes(parts),
    ...archiveRoutes(parts),
    ...operationRoutes(parts),
    ...eventRoutes(parts),
  ];
  let document: string | undefined;
  routes.push(
    defineRoute({
      method: 'GET',
      url: '/openapi.json',
      operationId: 'getDocument',
      summary: 'This document',
      access: 'open',
      answers: { 200: { description: 'OpenAPI 3.1', mediaType: 'application/json' } },
      run: ({ reply }) => {
        document ??= JSON.stringify(openApiDocument({ routes: [...routes, page], components, version }));
        return reply.header('content-type', 'application/json').send(document);
      },
    }),
  );
  return routes;
}
