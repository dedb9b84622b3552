import { createFileSources } from '@filesource/container';
import { Redactor, type LogLevel } from '@filesource/core';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { demoApiKeys, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnlyOfficeSandboxOptions, type OnOfficeData, type OnOfficeSandbox } from '@filesource/sandbox';
import { gatewaySchema, serve, type RunningGateway } from '../../src/index.ts';
import type { z } from 'zod';

/** One token for each test person. */
export const tokens = {
  all: 'token-of-somebody-who-may-all-0123',
  reader: 'token-of-somebody-who-may-read-0123',
  contacts: 'token-for-the-contacts-only-012345',
  archiver: 'token-of-somebody-who-archives-012',
} as const;

interface LoggedRequest {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface World {
  readonly onOffice: OnOfficeSandbox;
  readonly onlyOffice: OnlyOfficeSandbox;
  readonly gateway: RunningGateway;
  readonly url: string;
  readonly log: LoggedRequest[];
  /** A request with a token; default: the one that may all. */
  get(path: string, init?: RequestInit & { readonly token?: string | null }): Promise<Response>;
  post(path: string, body: unknown, token?: string): Promise<Response>;
  json<T = Record<string, unknown>>(path: string, token?: string): Promise<T>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly settings?: Partial<z.input<typeof gatewaySchema>>;
  readonly onlyOffice?: OnlyOfficeSandboxOptions;
  readonly data?: OnOfficeData;
  /** Settings of every source. */
  readonly source?: Readonly<Record<string, unknown>>;
}

/** Both vendors' servers and a gateway before them, on free ports. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const onOffice = await startOnOfficeSandbox(options.data === undefined ? {} : { data: options.data });
  const onlyOffice = await startOnlyOfficeSandbox({ operationDurationMs: 50, ...options.onlyOffice });
  const account = { apiUrl: onOffice.apiUrl, token: onOffice.token, secret: onOffice.secret, allowHosts: [new URL(onOffice.fileHost).host], ...options.source };
  const redactor = new Redactor();
  const log: LoggedRequest[] = [];
  const sources = await createFileSources({
    config: {
      sources: {
        contacts: { provider: 'onoffice-address', ...account },
        appointments: { provider: 'onoffice-appointment', ...account },
        documents: { provider: 'onlyoffice', baseUrl: onlyOffice.baseUrl, apiKey: demoApiKeys[0].key, ...options.source },
      },
    },
    adapters: [onoffice, onlyoffice],
    ports: { redactor },
  });
  const settings = gatewaySchema.parse({
    port: 0,
    tokens: [
      { name: 'all', token: tokens.all, sources: ['*'], scopes: ['read', 'link', 'archive', 'metrics'] },
      { name: 'reader', token: tokens.reader, sources: ['*'], scopes: ['read'] },
      { name: 'contacts', token: tokens.contacts, sources: ['contacts'], scopes: ['read', 'link', 'archive'] },
      { name: 'archiver', token: tokens.archiver, sources: ['*'], scopes: ['read', 'archive'] },
    ],
    ...options.settings,
  });
  const gateway = await serve({ sources, settings, redactor, logger: { log: (level, event, fields = {}) => void log.push({ level, event, fields }) } });
  const get: World['get'] = (path, { token = tokens.all, headers, ...init } = {}) =>
    fetch(gateway.url + path, { ...init, headers: { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...(headers as Record<string, string> | undefined) } });
  return {
    onOffice,
    onlyOffice,
    gateway,
    url: gateway.url,
    log,
    get,
    post: (path, body, token = tokens.all) => get(path, { method: 'POST', token, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    json: async <T>(path: string, token: string = tokens.all) => (await (await get(path, { token })).json()) as T,
    close: async () => {
      await gateway.close();
      await sources.close();
      await Promise.all([onOffice.close(), onlyOffice.close()]);
    },
  };
}

/** Waits for something that comes about by itself. */
export async function eventually(look: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await look())) await new Promise((resolve) => setTimeout(resolve, 10));
}
