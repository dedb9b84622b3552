import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { createListing, type Content, type FileSourceError, type PageOptions, type Ports, type SourceAdapter } from '@filesource/core';
import { createHttpClient } from '@filesource/http';
import { createTestPorts, realClock } from '@filesource/testkit';
import { onoffice } from '@filesource/onoffice';

export interface SentAction {
  readonly actionid: string;
  readonly resourceid: string;
  readonly resourcetype: string;
  readonly identifier: string;
  readonly timestamp: number;
  readonly hmac: string;
  readonly hmac_version: string;
  readonly parameters: Readonly<Record<string, number | string>>;
}

export interface Exchange {
  readonly headers: IncomingMessage['headers'];
  readonly token: string;
  readonly actions: readonly SentAction[];
}

/** What the script answers: a body (JSON when it is no text), or a function that writes the answer itself. */
export type Answer = { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown } | ((response: ServerResponse) => void);

export interface ScriptedServer {
  readonly url: string;
  readonly apiUrl: string;
  readonly exchanges: Exchange[];
  readonly gets: IncomingMessage[];
  /** Requests that the client gave up before the answer was sent. */
  readonly dropped: number;
  onApi: (exchange: Exchange) => Answer | Promise<Answer>;
  onGet: (request: IncomingMessage, count: number) => Answer;
  close(): Promise<void>;
}

/** A server that answers as the test says; nothing in it knows what onOffice would answer. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const exchanges: Exchange[] = [];
  const gets: IncomingMessage[] = [];
  let dropped = 0;
  const answer = (response: ServerResponse, what: Answer): void => {
    if (typeof what === 'function') {
      what(response);
      return;
    }
    const bytes = Buffer.isBuffer(what.body) ? what.body : Buffer.from(typeof what.body === 'string' ? what.body : what.body === undefined ? '' : JSON.stringify(what.body));
    response.writeHead(what.status ?? 200, { 'content-length': bytes.length, ...what.headers });
    response.end(bytes);
  };
  const server = createServer((request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) dropped += 1;
    });
    if (request.method === 'GET') {
      gets.push(request);
      answer(response, scripted.onGet(request, gets.length));
      return;
    }
    void text(request).then(async (body) => {
      const { token, request: inner } = JSON.parse(body) as { token: string; request: { actions: SentAction[] } };
      const exchange = { headers: request.headers, token, actions: inner.actions };
      exchanges.push(exchange);
      answer(response, await scripted.onApi(exchange));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const scripted: ScriptedServer = {
    url,
    apiUrl: `${url}/api/stable/api.php`,
    exchanges,
    gets,
    get dropped() {
      return dropped;
    },
    onApi: () => ({ status: 500 }),
    onGet: () => ({ status: 404 }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return scripted;
}

export interface WireFile {
  readonly id: number | string;
  readonly elements?: unknown;
}

export const ok = { code: 200, errorcode: 0, message: 'OK' };

/** A result that echoes its action, in the documented shape. */
export function result(action: SentAction, records: readonly WireFile[], total: number | null = records.length, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { actionid, resourceid, resourcetype, identifier } = action;
  return {
    actionid,
    resourceid,
    resourcetype,
    cacheable: true,
    identifier,
    data: { meta: { cntabsolute: total }, records: records.map((record) => ({ type: 'file', elements: {}, ...record })) },
    status: { errorcode: 0, message: 'OK' },
    ...more,
  };
}

export function failure(action: SentAction, errorcode: unknown, message = 'it went wrong'): Record<string, unknown> {
  return result(action, [], 0, { cacheable: false, data: [], status: { errorcode, message } });
}

export function envelope(results: readonly unknown[], status: unknown = ok): { readonly body: unknown } {
  return { body: { status, response: { results } } };
}

/** Answers every action by itself, in order. */
export function eachAction(answerOf: (action: SentAction) => unknown): (exchange: Exchange) => Answer {
  return ({ actions }) => envelope(actions.map(answerOf));
}

/** A vendor with this list of files, paged as documented. */
export function listOf(files: readonly WireFile[], options: { readonly total?: (all: number, rows: number) => number | null; readonly most?: number; readonly ignoresOffset?: boolean } = {}): (exchange: Exchange) => Answer {
  return eachAction((action) => {
    const offset = options.ignoresOffset === true ? 0 : Number(action.parameters['listoffset'] ?? 0);
    const limit = Math.min(Number(action.parameters['listlimit'] ?? 20), options.most ?? 100);
    const rows = files.slice(offset, offset + limit);
    return result(action, rows, (options.total ?? ((all) => all))(files.length, rows.length));
  });
}

export function files(count: number, first = 1): WireFile[] {
  return Array.from({ length: count }, (_none, index) => ({ id: first + index, elements: { name: `Datei ${first + index}.txt`, filename: `Datei ${first + index}.txt`, fileSize: 10, modified: 1_725_272_069 } }));
}

export const token = '0123456789abcdef0123456789abcdef';
export const secret = 'fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210';

/** The adapter itself, without core's layers: one call is one attempt. */
export function adapterOf(server: Pick<ScriptedServer, 'apiUrl'>, provider: 'onoffice-address' | 'onoffice-appointment', settings: Readonly<Record<string, unknown>> = {}, ports: Partial<Ports> = {}): SourceAdapter {
  const definition = onoffice.providers[provider];
  if (definition === undefined) throw new Error(`no provider ${provider}`);
  const config = definition.configSchema.parse({ apiUrl: server.apiUrl, token, secret, ...settings });
  return definition.create(config, { name: 'files', ports: createTestPorts({ http: createHttpClient({ clock: realClock }), ...ports }) });
}

export async function idsOf(adapter: SourceAdapter, folder: string, options: PageOptions = {}): Promise<string[]> {
  const ids: string[] = [];
  for await (const { items } of createListing((page) => adapter.listPage(folder, page), options).byPage()) ids.push(...items.map(({ id }) => id));
  return ids;
}

export function bytesOf(content: Content): Promise<Buffer> {
  return buffer(content.body);
}

export async function errorOf(promise: Promise<unknown>): Promise<FileSourceError> {
  try {
    await promise;
  } catch (error) {
    return error as FileSourceError;
  }
  throw new Error('nothing was thrown');
}
