import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';

export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** As the server parsed it; absent when there was none. */
  readonly body?: unknown;
  /** 0 until the answer is sent, and for ever when the caller went away before. */
  readonly status: number;
}

type Recording = { -readonly [Key in keyof RecordedRequest]: RecordedRequest[Key] };

/** Appends every request to `log` in the order of arrival. Call it before routes are added. */
export function recordRequests(app: FastifyInstance, log: RecordedRequest[]): void {
  const running = new WeakMap<FastifyRequest, Recording>();
  app.addHook('onRequest', async (request) => {
    const recording: Recording = { method: request.method, url: request.url, headers: { ...request.headers }, status: 0 };
    running.set(request, recording);
    log.push(recording);
  });
  app.addHook('preHandler', async (request) => {
    const recording = running.get(request);
    if (recording !== undefined && request.body !== undefined && request.body !== null) recording.body = request.body;
  });
  app.addHook('onResponse', async (request, reply) => {
    const recording = running.get(request);
    if (recording !== undefined) recording.status = reply.raw.statusCode;
  });
}
