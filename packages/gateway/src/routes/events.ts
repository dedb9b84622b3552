import { grantOf } from '../auth/authenticate.ts';
import { overloaded } from '../limits/admission.ts';
import { defineRoute, type Route } from '../openapi/route.ts';
import { operationEvents } from '../operations/operation-events.ts';
import type { Parts } from '../parts.ts';
import { operationParams } from './schemas.ts';

export function eventRoutes({ operations, settings, closing }: Pick<Parts, 'operations' | 'settings' | 'closing'>): readonly Route[] {
  let streams = 0;
  return [
    defineRoute({
      method: 'GET',
      url: '/v1/operations/:id/events',
      operationId: 'watchOperation',
      summary: 'The progress of an operation, as server-sent events',
      description: 'progress for each change, the present state first, also after a break; done or failed at the end, and then the stream ends. The data is the operation.',
      access: 'archive',
      isLimited: false,
      hasHead: false,
      input: { params: operationParams },
      requestHeaders: { 'Last-Event-ID': 'Taken as it comes: the present state is sent first in any case' },
      answers: { 200: { description: 'The events', mediaType: 'text/event-stream' } },
      run: ({ params, request, reply, signal }) => {
        const operation = operations.get(grantOf(request), params.id);
        if (streams >= settings.maxEventStreams) throw overloaded(`${streams} streams of events are open.`);
        streams += 1;
        reply.raw.once('close', () => {
          streams -= 1;
        });
        return reply
          .headers({ 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
          .send(operationEvents(operation, { lastEventId: request.headers['last-event-id'], until: AbortSignal.any([signal, closing]) }));
      },
    }),
  ];
}
