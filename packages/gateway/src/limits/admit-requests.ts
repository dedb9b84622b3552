import type { FastifyInstance } from 'fastify';
import { grantOf } from '../auth/authenticate.ts';
import type { Admission } from './admission.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether a request takes a place until the end of its answer. */
    isLimited?: boolean;
  }
}

/** Lets a request wait for its place, and gives the place back when its answer has ended or its client has gone. */
export function admitRequests(app: FastifyInstance, admission: Admission): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.isLimited !== true) return;
    const leave = await admission.enter(grantOf(request).name, request.until);
    if (reply.raw.destroyed) leave();
    else reply.raw.once('close', leave);
  });
}
