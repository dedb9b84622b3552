import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { rawRequest, type RawAnswer } from './support/raw-request.ts';
import { startWorld, tokens, type World } from './support/gateway.ts';
import { readEvents } from './support/read-events.ts';

interface Check {
  (value: unknown): boolean;
  readonly errors?: unknown;
}

/** The JSON Schema validator that the framework brings along, for the drafts from 2020 on. */
const require = createRequire(import.meta.url);
const { Ajv2020 } = createRequire(require.resolve('fastify'))('ajv/dist/2020.js') as { readonly Ajv2020: new (options: object) => { compile(schema: object): Check } };

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: object }>>; readonly headers?: Readonly<Record<string, unknown>> }>>;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

interface Drive {
  readonly path: string;
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The routes of every server that this process starts, as the framework learns of them. */
const servers = new Map<FastifyInstance, string[]>();

function onServer(message: unknown): void {
  const { fastify: app } = message as { readonly fastify: FastifyInstance };
  const routes: string[] = [];
  servers.set(app, routes);
  app.addHook('onRoute', ({ method, url }) => void routes.push(...[method].flat().map((one) => `${one.toLowerCase()} ${url.replace(/:(\w+)/g, '{$1}')}`)));
}

function routesOf(url: string): readonly string[] {
  const [, routes] = [...servers].find(([app]) => (app.server.address() as AddressInfo | null)?.port === Number(new URL(url).port)) ?? [];
  return routes ?? [];
}

describe('the OpenAPI document', () => {
  let world: World;
  let document: Document;
  let check: (schema: object, value: unknown, what: string) => void;
  beforeAll(async () => {
    subscribe('fastify.initialization', onServer);
    world = await startWorld({ onlyOffice: { operationDurationMs: 100 } });
    unsubscribe('fastify.initialization', onServer);
    document = (await (await fetch(`${world.url}/openapi.json`)).json()) as Document;
    // Formats are for people; the pattern beside each is what counts.
    const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
    check = (schema, value, what) => {
      const isValid = ajv.compile({ components: document.components, ...schema });
      expect({ what, isValid: isValid(value), errors: isValid.errors }).toEqual({ what, isValid: true, errors: null });
    };
  });
  afterAll(async () => world.close());

  test('is OpenAPI 3.1 to a public validator', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document) as unknown as Record<string, unknown>);
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(document.openapi).toBe('3.1.0');
  });

  /** One request that works for each operation of the document, in an order in which each finds what it needs. */
  async function drives(): Promise<Readonly<Record<string, () => Promise<Drive>>>> {
    const source = '/v1/sources/documents';
    let token = '';
    let operation = '';
    const begin = async (): Promise<string> => {
      const answer = await world.post(`${source}/archives`, { refs: ['101'] });
      const started = (await answer.json()) as { id: string; token: string };
      token = started.token;
      return started.id;
    };
    const ended = async (): Promise<string> => {
      if (operation === '') await readEvents(world, (operation = await begin()));
      return operation;
    };
    const at = (path: string, status = 200): (() => Promise<Drive>) => async () => ({ path, status });
    const ofOperation = (part: string): (() => Promise<Drive>) => async () => ({ path: `/v1/operations/${await ended()}${part}`, status: 200 });
    return {
      health: at('/healthz'),
      ready: at('/readyz'),
      metrics: at('/metrics'),
      getDocument: at('/openapi.json'),
      getPage: at('/'),
      startSession: at('/v1/session', 204),
      endSession: at('/v1/session', 204),
      listSources: at('/v1/sources'),
      getSource: at(source),
      getFolder: at(`${source}/folders/101`),
      listEntries: at(`${source}/folders/104/entries?limit=5`),
      getFile: at(`${source}/folders/101/files/104`),
      getContent: at(`${source}/folders/101/files/104/content`),
      createLink: async () => ({ path: '/v1/sources/contacts/links', status: 200, body: { folder: '1237' } }),
      startArchive: async () => ({ path: `${source}/archives`, status: 202, body: { refs: ['101'] } }),
      attachOperation: async () => {
        await begin();
        return { path: '/v1/operations', status: 202, body: { token } };
      },
      getOperation: ofOperation(''),
      getReceipt: ofOperation('/receipt'),
      getArchive: ofOperation('/content'),
      watchOperation: ofOperation('/events'),
      endOperation: async () => ({ path: `/v1/operations/${await begin()}`, status: 204 }),
    };
  }

  function send({ path, body, headers }: Drive, method: string, token?: string): Promise<RawAnswer> {
    return rawRequest(world.url, path, {
      method: method.toUpperCase(),
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  function hold(operation: Operation, method: string, answer: RawAnswer, what: string): void {
    const response = operation.responses[String(answer.status)] ?? operation.responses['default'];
    expect({ what, isDescribed: response !== undefined }).toEqual({ what, isDescribed: true });
    for (const name of Object.keys(response?.headers ?? {})) if (name !== 'ETag') expect({ what, name, is: answer.headers[name.toLowerCase()] !== undefined }).toEqual({ what, name, is: true });
    if (method === 'head' || response?.content === undefined) {
      expect({ what, body: answer.body }).toEqual({ what, body: '' });
      return;
    }
    const [[mediaType, { schema }] = ['', {}]] = Object.entries(response.content) as [string, { schema?: object }][];
    if (mediaType !== '*/*') expect({ what, type: answer.headers['content-type'] }).toEqual({ what, type: expect.stringContaining(mediaType) });
    if (schema !== undefined) check(schema, JSON.parse(answer.body), what);
  }

  test('describes what the server does: every path and method is driven, its answer and its refusal held against the document', async () => {
    const all = await drives();
    const driven = new Set<string>();
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const what = `${method} ${path}`;
        const drive = all[operation.operationId.replace(/Head$/, '')];
        expect({ what, hasDrive: drive !== undefined }).toEqual({ what, hasDrive: true });
        if (drive === undefined) continue;
        driven.add(operation.operationId.replace(/Head$/, ''));
        const wanted = await drive();
        const refused = await send(wanted, method);
        const isOpen = ['/healthz', '/readyz', '/openapi.json', '/'].includes(path);
        expect({ what, status: refused.status }).toEqual({ what, status: isOpen ? wanted.status : 401 });
        hold(operation, method, refused, `${what} without a token`);
        const answer = await send(wanted, method, tokens.all);
        expect({ what, status: answer.status }).toEqual({ what, status: wanted.status });
        hold(operation, method, answer, what);
        if (operation.responses['206'] === undefined) continue;
        const part = await send({ ...wanted, headers: { range: 'bytes=0-1' } }, method, tokens.all);
        expect({ what, status: part.status }).toEqual({ what, status: 206 });
        hold(operation, method, part, `${what} with a range`);
      }
    }
    expect([...driven].sort()).toEqual(Object.keys(all).sort());
  });

  test('describes every route that the running server has, and no other', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
    expect(routesOf(world.url).filter((route) => route !== 'get /page/{hash}/*').sort()).toEqual(described.sort());
  });

  test('names each kind of body once, and refers to nothing that is not there', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name = '']) => name);
    expect([...new Set(references)].sort()).toEqual(Object.keys(document.components.schemas).sort());
  });
});
