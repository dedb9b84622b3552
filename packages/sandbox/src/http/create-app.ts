import { createServer } from 'node:https';
import fastify, { type FastifyInstance, type FastifyServerFactory } from 'fastify';

/** What a server over TLS shows and holds, as PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

/** A server as the sandbox needs it: silent, big bodies allowed, a slash at the end of a path ignored, quick to close. */
export function createApp(tls?: TlsIdentity): FastifyInstance {
  const serverFactory: FastifyServerFactory | undefined = tls === undefined ? undefined : (handler) => createServer({ cert: tls.cert, key: tls.key }, handler);
  return fastify({
    logger: false,
    bodyLimit: 256 * 1024 * 1024,
    forceCloseConnections: true,
    exposeHeadRoutes: true,
    routerOptions: { ignoreTrailingSlash: true },
    ...(serverFactory === undefined ? {} : { serverFactory }),
  });
}
