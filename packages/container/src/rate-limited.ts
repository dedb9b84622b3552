import { waitUntimed, type HttpClient, type HttpRequest, type HttpResponse, type RateLimiter } from '@filesource/core';

/**
 * Spaces out all requests of a source, whoever makes them: calls, retries, logins, looks at an operation.
 * - Waiting here is not the vendor's slowness, and does not count against `timeoutMs`.
 */
export function rateLimited(http: HttpClient): { readonly http: HttpClient; readonly limitRate: (rate: RateLimiter) => void } {
  let rate: RateLimiter | undefined;
  const sendAtRate = async (limiter: RateLimiter, request: HttpRequest): Promise<HttpResponse> => {
    const { signal } = request;
    await waitUntimed(signal, () => limiter.take(1, signal));
    return http.send(request);
  };
  return {
    http: {
      send: (request) => (rate === undefined ? http.send(request) : sendAtRate(rate, request)),
    },
    limitRate: (given) => {
      rate = given;
    },
  };
}
