import { defineRoute, type Route } from '../openapi/route.ts';
import { Refusal } from '../problem/refusal.ts';
import type { Parts } from '../parts.ts';
import { healthSchema } from './schemas.ts';

export function healthRoutes({ settings, metrics, closing }: Pick<Parts, 'settings' | 'metrics' | 'closing'>): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      url: '/healthz',
      operationId: 'health',
      summary: 'Whether the process lives',
      access: 'open',
      answers: { 200: { description: 'It lives, also while it shuts down', schema: healthSchema } },
      run: () => ({ status: closing.aborted ? 'shutting-down' : 'ok' }),
    }),
    defineRoute({
      method: 'GET',
      url: '/readyz',
      operationId: 'ready',
      summary: 'Whether requests may be sent here',
      description: 'Asks no vendor. 503 from the signal to stop on.',
      access: 'open',
      answers: { 200: { description: 'It takes requests', schema: healthSchema } },
      run: () => {
        if (closing.aborted) throw new Refusal('shutting-down', 'It takes no more requests.', { retryAfterMs: 5_000 });
        return { status: 'ok' };
      },
    }),
    defineRoute({
      method: 'GET',
      url: '/metrics',
      operationId: 'metrics',
      summary: 'Metrics for Prometheus',
      access: settings.metrics === 'open' ? 'open' : 'metrics',
      isLimited: false,
      answers: { 200: { description: 'Requests, bytes, places, operations', mediaType: 'text/plain' } },
      run: async ({ reply }) => reply.header('content-type', metrics.contentType).send(await metrics.text()),
    }),
  ];
}
