import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FileSourceError, type Logger } from '@filesource/core';
import type { Metrics } from '../metrics.ts';
import { AnswersOfConnections } from './answers-of-connections.ts';
import type { WriteWatch } from './write-watch.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Fires when the client goes away before the end of the answer, and when the answer takes too long to start. */
    until: AbortSignal;
  }
}

export interface RequestLifeOptions {
  readonly answerTimeoutMs: number;
  readonly metrics: Metrics;
  readonly writes: WriteWatch;
  readonly logger: Logger;
  /** Fires when no more requests are taken. */
  readonly closing: AbortSignal;
}

/** The client's own id where it sends a plain one, so that its log and ours meet. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}

/** Follows each request from its head to the end of its connection's part in it: its id, its signal, the log and the metrics. */
export function followRequests(app: FastifyInstance, { answerTimeoutMs, metrics, writes, logger, closing }: RequestLifeOptions): void {
  const answering = new WeakMap<FastifyRequest, () => void>();
  const answers = new AnswersOfConnections(app.server, closing);
  // Set for each request by the hook; the framework wants its place known before.
  app.decorateRequest('until');
  app.addHook('onRequest', async (request, reply) => {
    const { socket } = request.raw;
    const startedMs = performance.now();
    const sentBefore = socket.bytesWritten;
    const stop = new AbortController();
    request.until = stop.signal;
    void reply.header('x-request-id', request.id);
    const timer = setTimeout(() => stop.abort(new FileSourceError('timeout', `the source gave no answer within ${answerTimeoutMs} ms`, { status: 'persistent', advice: 'Try again later.' })), answerTimeoutMs);
    answering.set(request, () => clearTimeout(timer));
    writes.watch(reply.raw);
    answers.add(socket, reply.raw);
    reply.raw.once('close', () => {
      clearTimeout(timer);
      if (!reply.raw.writableFinished) stop.abort(new FileSourceError('aborted', 'the client went away'));
      const facts = {
        method: request.method,
        route: request.is404 ? 'unknown' : (request.routeOptions.url ?? 'unknown'),
        // 499: nobody was there any more to be answered.
        status: reply.raw.headersSent ? reply.raw.statusCode : 499,
        seconds: (performance.now() - startedMs) / 1000,
        bytes: socket.bytesWritten - sentBefore,
      };
      metrics.count(facts);
      logger.log('info', 'gateway.request', { requestId: request.id, token: request.grant?.name ?? null, ...facts, isWhole: reply.raw.writableFinished });
    });
  });
  app.addHook('onSend', async (request, reply, payload) => {
    answering.get(request)?.();
    // Nobody is there to read it to its end.
    if (reply.raw.destroyed && payload instanceof Readable) payload.destroy();
  });
}
