import type { FastifyInstance } from 'fastify';

/**
 * Takes no new connections, lets what is being answered come to its end for so long, and then breaks what is left.
 * - Resolves when no connection is left.
 */
export async function shutDown(app: FastifyInstance, graceMs: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), graceMs);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}
