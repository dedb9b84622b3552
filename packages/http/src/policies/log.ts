import { redactUrl, toFileSourceError, type Clock, type Logger } from '@filesource/core';
import type { Policy } from '../policy.ts';

/** One event for each exchange, redirects included; never a header, a query or a body. */
export function logPolicy(options: { readonly clock: Clock; readonly logger: Logger }): Policy {
  const { clock, logger } = options;
  return {
    name: 'log',
    async send(request, next) {
      const startedMs = clock.now();
      const fields = (): Record<string, unknown> => ({ method: request.method, url: redactUrl(request.url), durationMs: clock.now() - startedMs });
      try {
        const response = await next(request);
        if (logger.isEnabled?.('debug') !== false) logger.log('debug', 'http.exchange', { ...fields(), status: response.status });
        return response;
      } catch (error) {
        logger.log('debug', 'http.failed', { ...fields(), kind: toFileSourceError(error).kind });
        throw error;
      }
    },
  };
}
