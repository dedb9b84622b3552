import type { FastifyInstance } from 'fastify';
import { changeAnswer } from './answer.ts';
import type { Exchange, FaultDialect } from './fault-kind.ts';
import type { FaultPlan } from './fault-plan.ts';

/** Lets the faults of a plan strike the requests to a server. Call it before routes are added. */
export function addFaults(app: FastifyInstance, plan: FaultPlan, dialect: FaultDialect): void {
  app.addHook('preHandler', async (request, reply) => {
    if (plan.isEmpty || request.method === 'HEAD') return undefined;
    const exchange: Exchange = { request, reply, dialect };
    const due = plan.due(exchange);
    const changes = due.filter(({ kind }) => kind.after !== undefined);
    if (changes.length > 0) {
      changeAnswer(reply, (answer) => {
        for (const { kind, settings } of changes) kind.after?.(answer, settings, exchange);
      });
    }
    for (const { kind, settings } of due) if ((await kind.before?.(exchange, settings)) === 'answered') return reply;
    return undefined;
  });
}
