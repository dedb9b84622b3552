import type { Clock } from '../ports/clock.ts';
import type { HttpClient } from '../ports/http.ts';

/** One exchange that was answered. */
export interface WatchedExchange {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly httpStatus: number;
  /** From the request to the head of the answer; the first one makes the connection too. */
  readonly durationMs: number;
  /** This clock minus the server's, by its `Date` header, to about a second; `null` where there is none. */
  readonly skewMs: number | null;
}

export interface WatchedHttp {
  readonly http: HttpClient;
  /** In the order of the answers. */
  readonly exchanges: readonly WatchedExchange[];
}

/** The same client, with a record of what was answered. */
export function watchHttp(http: HttpClient, clock: Clock): WatchedHttp {
  const exchanges: WatchedExchange[] = [];
  return {
    exchanges,
    http: {
      send: async (request) => {
        const startedMs = clock.now();
        const response = await http.send(request);
        const endedMs = clock.now();
        exchanges.push({
          origin: new URL(response.url).origin,
          httpStatus: response.status,
          durationMs: endedMs - startedMs,
          skewMs: skewOf(response.headers['date'], (startedMs + endedMs) / 2),
        });
        return response;
      },
    },
  };
}

const halfSecondMs = 500;

/** The header tells whole seconds, so its middle is the best guess. */
function skewOf(header: string | undefined, nowMs: number): number | null {
  const serverMs = Date.parse(header ?? '');
  return Number.isNaN(serverMs) ? null : Math.round(nowMs - serverMs - halfSecondMs);
}
