import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { addAuthentication } from './auth/authenticate.ts';
import { admitRequests } from './limits/admit-requests.ts';
import type { Admission } from './limits/admission.ts';
import { answerConnectionError } from './limits/connection-errors.ts';
import { followRequests, requestIdOf } from './limits/request-life.ts';
import { WriteWatch } from './limits/write-watch.ts';
import { registerPage } from './page/register-page.ts';
import type { Parts } from './parts.ts';
import { problemOf } from './problem/problem.ts';
import { Refusal } from './problem/refusal.ts';
import { handleErrors, problemMediaType } from './problem/send-problem.ts';
import { apiRoutes } from './routes/api-routes.ts';
import { registerRoutes } from './routes/register-routes.ts';
import { addSafeHeaders, safeHeaders } from './safe-headers.ts';

/** An id as it may be, with every character encoded. */
const longestParameter = 3 * 1024;

export interface AppParts extends Parts {
  readonly admission: Admission;
  readonly version: string;
}

/** The server, not listening yet: what holds for every request first, then the routes, then the page. */
export async function createApp(parts: AppParts): Promise<FastifyInstance> {
  const { settings, redactor, closing, logger, metrics } = parts;
  const writes = new WriteWatch(settings.writeIdleTimeoutMs);
  const app = Fastify({
    logger: false,
    genReqId: requestIdOf,
    bodyLimit: settings.maxBodyBytes,
    requestTimeout: settings.requestTimeoutMs,
    connectionTimeout: 0,
    keepAliveTimeout: settings.keepAliveTimeoutMs,
    http: { maxHeaderSize: settings.maxHeaderBytes, headersTimeout: settings.requestTimeoutMs, connectionsCheckingInterval: Math.min(settings.requestTimeoutMs / 2, 5_000) },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: longestParameter },
    clientErrorHandler: (error, socket) => answerConnectionError(error, socket, redactor),
    frameworkErrors: (error, request, reply) => {
      const { problem } = problemOf(error, request.id, redactor);
      // No hook runs for what the router itself refuses.
      void (reply as FastifyReply).code(problem.status).headers({ ...safeHeaders, 'x-request-id': request.id, 'content-type': problemMediaType }).send(JSON.stringify(problem));
    },
  });
  app.server.maxConnections = settings.maxConnections;
  app.addHook('onClose', async () => writes.close());
  // Bodies are JSON, and nothing else is read.
  app.removeContentTypeParser('text/plain');

  handleErrors(app, { logger, redactor });
  addSafeHeaders(app);
  followRequests(app, { answerTimeoutMs: settings.answerTimeoutMs, metrics, writes, logger, closing });
  app.addHook('onRequest', async (request) => {
    if (!closing.aborted || request.routeOptions.config.access === 'open') return;
    throw new Refusal('shutting-down', 'It takes no more requests.', { retryAfterMs: 5_000, headers: { connection: 'close' } });
  });
  addAuthentication(app, parts);
  admitRequests(app, parts.admission);
  registerRoutes(app, apiRoutes(parts, parts.version));
  await app.register(async (page) => {
    // It holds no data: everything in it comes through the API, with the session.
    page.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'open' };
    });
    registerPage(page);
  });
  return app;
}
