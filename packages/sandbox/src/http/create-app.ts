import fastify, { type FastifyInstance } from 'fastify';

/** A server as the sandbox needs it: silent, big bodies allowed, a slash at the end of a path ignored, quick to close. */
export function createApp(): FastifyInstance {
  return fastify({
    logger: false,
    bodyLimit: 256 * 1024 * 1024,
    forceCloseConnections: true,
    exposeHeadRoutes: true,
    routerOptions: { ignoreTrailingSlash: true },
  });
}
