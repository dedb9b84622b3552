import { silentLogger, type Clock, type HttpClient, type Logger } from '@filesource/core';
import { createAxiosTransport, type AxiosTransportOptions } from './axios-transport.ts';
import type { ClosableHttpClient } from './closable-http-client.ts';
import { allowedHostsPolicy } from './policies/allowed-hosts.ts';
import { errorsPolicy } from './policies/errors.ts';
import { logPolicy } from './policies/log.ts';
import { privateAddressesPolicy } from './policies/private-addresses.ts';
import { redirectsPolicy } from './policies/redirects.ts';
import { composePolicies, type Policy } from './policy.ts';

export interface HttpClientOptions {
  readonly clock: Clock;
  readonly logger?: Logger;
  /**
   * Makes one exchange; follows no redirect. Default: axios.
   * - Must not connect to a private address when `allowPrivate` of the request is false: see {@link publicLookup}.
   */
  readonly transport?: HttpClient;
  /** For the default transport. */
  readonly axios?: AxiosTransportOptions;
}

/**
 * The policies of a client, outermost first.
 * - `redirects` is outermost, so that the others see, check and log every hop.
 * - `errors` is innermost, so that nothing above it sees an error of a library.
 */
export function standardPolicies(options: { readonly clock: Clock; readonly logger?: Logger }): readonly Policy[] {
  const { clock, logger = silentLogger } = options;
  return [redirectsPolicy(), allowedHostsPolicy(), privateAddressesPolicy(), logPolicy({ clock, logger }), errorsPolicy()];
}

/** The HTTP port: the standard policies over one transport. `close` leaves a transport that was given alone. */
export function createHttpClient(options: HttpClientOptions): ClosableHttpClient {
  const policies = standardPolicies(options);
  if (options.transport !== undefined) return { ...composePolicies(policies, options.transport), close: () => undefined };
  const transport = createAxiosTransport(options.axios);
  return { ...composePolicies(policies, transport), close: () => transport.close() };
}
