import type { FastifyInstance } from 'fastify';

/** Parses every body as JSON whatever its content type says; a body that is no JSON arrives as `undefined`. */
export function parseEveryBodyAsJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, body: string | Buffer) => {
    try {
      return JSON.parse(body.toString()) as unknown;
    } catch {
      return undefined;
    }
  });
}
