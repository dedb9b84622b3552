import { waitUntimed, type HttpClient, type RateLimiter } from '@filesource/core';

/**
 * Spaces out all requests of a source, whoever makes them: calls, retries, logins, looks at an operation.
 * - Waiting here is not the vendor's slowness, and does not count against `timeoutMs`.
 */
export function rateLimited(http: HttpClient): { readonly http: HttpClient; readonly limitRate: (rate: RateLimiter) => void } {
  let rate: RateLimiter | undefined;
  return {
    http: {
      send: async (request) => {
        const { signal } = request;
        if (rate !== undefined) await waitUntimed(signal, async () => rate?.take(1, signal));
        return http.send(request);
      },
    },
    limitRate: (given) => {
      rate = given;
    },
  };
}
