import { Readable } from 'node:stream';
import type { HttpClient, HttpRequest } from '@filesource/core';

export interface FakeAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readable;
}

/** A transport that answers from a table and remembers what it was sent. */
export function fakeTransport(answers: Readonly<Record<string, FakeAnswer>>): HttpClient & { readonly sent: HttpRequest[] } {
  const sent: HttpRequest[] = [];
  return {
    sent,
    send: async (request) => {
      sent.push(request);
      const { status = 200, headers = {}, body = Readable.from([]) } = answers[request.url] ?? {};
      return { status, headers, url: request.url, body };
    },
  };
}

export function redirectTo(location: string, status = 302): FakeAnswer {
  return { status, headers: { location } };
}
