export { createAxiosTransport, type AxiosTransportOptions } from './axios-transport.ts';
export type { ClosableHttpClient } from './closable-http-client.ts';
export { createHttpClient, standardPolicies, type HttpClientOptions } from './create-http-client.ts';
export { isPrivateAddress } from './private-address.ts';
export { composePolicies, type Policy, type Send } from './policy.ts';
export { publicLookup, type LookupAll } from './public-lookup.ts';
