import { redactUrl, toFileSourceError, type Clock, type Logger } from '@filesource/core';
import type { Policy } from '../policy.ts';

/** One event for each exchange, redirects included; never a header, a query or a body. */
export function logPolicy(options: { readonly clock: Clock; readonly logger: Logger }): Policy {
  const { clock, logger } = options;
  const logged: Policy['send'] = async (request, next) => {
    const startedMs = clock.now();
    const fields = (): Record<string, unknown> => ({ method: request.method, url: redactUrl(request.url), durationMs: clock.now() - startedMs });
    try {
      const response = await next(request);
      logger.log('debug', 'http.exchange', { ...fields(), status: response.status });
      return response;
    } catch (error) {
      logger.log('debug', 'http.failed', { ...fields(), kind: toFileSourceError(error).kind });
      throw error;
    }
  };
  return {
    name: 'log',
    send: (request, next) => (logger.isEnabled?.('debug') === false ? next(request) : logged(request, next)),
  };
}
