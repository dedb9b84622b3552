import { createFileSources, type FileSources } from '@filesource/container';
import { FileSourceError, type FileSource, type Logger } from '@filesource/core';
import type { IDataObject, Logger as N8nLogger } from 'n8n-workflow';
import { adapters } from './adapters.ts';
import { settingsOf } from './credentials/settings-of.ts';
import type { N8nRequest } from './http/n8n-request.ts';
import { createN8nTransport } from './http/n8n-transport.ts';
import { nodeProviders, type NodeProvider } from './providers.ts';

/** What of a host a source is built with. */
export interface SourceHost {
  readonly request: N8nRequest;
  readonly logger?: N8nLogger | undefined;
}

/** Throws `invalid-argument` for a provider that this package does not have. */
export function providerNamed(name: string): NodeProvider {
  const found = nodeProviders.find((provider) => provider.name === name);
  if (found !== undefined) return found;
  throw new FileSourceError('invalid-argument', `there is no provider ${JSON.stringify(name)}`, { advice: `Choose one of: ${nodeProviders.map((provider) => provider.name).join(', ')}.` });
}

/**
 * The source of one credential, named as its provider, for the time that `use` takes.
 * - Throws `config-invalid` with every problem of the credential.
 */
export async function withSource<T>(provider: NodeProvider, credential: IDataObject, host: SourceHost, use: (source: FileSource) => Promise<T>): Promise<T> {
  const sources = await open(provider, credential, host);
  try {
    return await use(sources.get(provider.name));
  } finally {
    await sources.close();
  }
}

function open({ name, fields }: NodeProvider, credential: IDataObject, { request, logger }: SourceHost): Promise<FileSources> {
  return createFileSources({
    config: { sources: { [name]: { provider: name, ...settingsOf(fields, credential) } } },
    adapters,
    env: {},
    transport: createN8nTransport(request),
    ...(logger === undefined ? {} : { logger: loggerOf(logger) }),
  });
}

function loggerOf(logger: N8nLogger): Logger {
  return { log: (level, event, fields) => logger[level](event, { ...fields }) };
}
