import type { HttpClient, HttpRequest, HttpResponse } from '@filesource/core';

export type Send = (request: HttpRequest) => Promise<HttpResponse>;

/** One concern of an HTTP exchange. It may change the request, call `next` any number of times, and change the answer. */
export interface Policy {
  readonly name: string;
  send(request: HttpRequest, next: Send): Promise<HttpResponse>;
}

/** A client that sends through the policies, the first one named outermost, and then through the transport. */
export function composePolicies(policies: readonly Policy[], transport: HttpClient): HttpClient {
  const send = policies.reduceRight<Send>(
    (next, policy) => (request) => policy.send(request, next),
    (request) => transport.send(request),
  );
  return { send };
}
