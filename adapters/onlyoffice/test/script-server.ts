import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from '@jest/globals';

export interface Asked {
  readonly method: string;
  /** Decoded nowhere. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface Told {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly body?: string | Buffer;
  /** Sent without its length. */
  readonly isChunked?: boolean;
}

export type Answer = (asked: Asked) => Told | undefined | Promise<Told | undefined>;

export interface ScriptServer {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** `GET /path` of everything that came. */
  lines(): readonly string[];
  close(): Promise<void>;
}

/** A server of a few lines: what `answer` does not answer is a 404 without a body. */
export async function startScript(answer: Answer): Promise<ScriptServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void handle(request, response);
  });
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://x');
    const text = Buffer.concat(chunks).toString('utf8');
    const one: Asked = { method: request.method ?? '', path: url.pathname, query: url.searchParams, headers: request.headers, body: text === '' ? undefined : JSON.parse(text) };
    asked.push(one);
    const told = (await answer(one)) ?? { status: 404, body: '' };
    const body = told.json === undefined ? (told.body ?? '') : JSON.stringify(told.json);
    response.writeHead(told.status ?? 200, { ...(told.json === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }), ...(told.isChunked === true ? {} : { 'content-length': String(Buffer.byteLength(body)) }), ...told.headers });
    response.end(body);
  };
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    lines() {
      return asked.map(({ method, path }) => `${method} ${path}`);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/** Starts servers that are closed after the test. */
export function scriptStarter(): (answer: Answer) => Promise<ScriptServer> {
  const servers: ScriptServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  return async (answer) => {
    const server = await startScript(answer);
    servers.push(server);
    return server;
  };
}

/** The envelope of DocSpace. */
export function docspace(response: unknown, more: Readonly<Record<string, unknown>> = {}): Told {
  return { json: { response, count: 1, ...more, links: [{ href: 'http://x/', action: 'GET' }], status: 0, statusCode: 200 } };
}

/** The envelope of Workspace. */
export function workspace(response: unknown, status = 200): Told {
  return { status, json: { count: 1, status: 0, statusCode: status, response } };
}

export function docspaceError(status: number, message: string, type?: string): Told {
  return { status, json: { error: { message, ...(type === undefined ? {} : { type, stack: 'at Secret.Stack.Frame()' }), hresult: -1 }, status: 1, statusCode: status } };
}
