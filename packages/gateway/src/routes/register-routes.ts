import type { FastifyInstance } from 'fastify';
import { Refusal } from '../problem/refusal.ts';
import type { Route } from '../openapi/route.ts';

/** Registers routes as they are described, and answers what is none of them. */
export function registerRoutes(app: FastifyInstance, routes: readonly Route[]): void {
  for (const { methods, url, access, isLimited, handle } of routes) {
    app.route({ method: [...methods], url, config: { access, isLimited: isLimited ?? access !== 'open' }, handler: handle });
  }
  const known = routes.map(({ url, methods }) => ({ pattern: new RegExp(`^${url.replace(/:\w+/g, '[^/]+')}$`), methods }));
  app.setNotFoundHandler(async ({ url, method }) => {
    const [path = ''] = url.split('?');
    const allowed = [...new Set(known.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods))];
    if (allowed.length > 0) throw new Refusal('method-not-allowed', `It takes ${allowed.join(', ')}, and not ${method}.`, { headers: { allow: allowed.join(', ') } });
    throw new Refusal('unknown-route', 'There is nothing at this address.', { advice: 'GET /openapi.json lists what there is.' });
  });
}
