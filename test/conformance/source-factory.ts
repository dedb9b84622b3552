import { createFileSources } from '@filesource/container';
import type { AdapterDescriptor, Clock, FileSource, HttpClient, Logger } from '@filesource/core';
import type { SourceSettings } from '@filesource/testkit';

export interface SourceFactory {
  create(settings?: SourceSettings): Promise<FileSource>;
  createWith(config: Readonly<Record<string, unknown>>, settings?: SourceSettings): Promise<FileSource>;
  loggedText(): string;
}

export interface SourceFactoryOptions {
  readonly adapter: AdapterDescriptor;
  /** What a config says of the source, `provider` included. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly transport: HttpClient;
  readonly clock?: Clock;
}

/** Builds sources as a host does: from a config, through the container. */
export function createSourceFactory({ adapter, config, transport, clock }: SourceFactoryOptions): SourceFactory {
  const lines: string[] = [];
  const logger: Logger = { log: (level, event, fields = {}) => void lines.push(`${level} ${event} ${JSON.stringify(fields)}`) };
  const createWith: SourceFactory['createWith'] = async (changed, { timeoutMs, maxAttempts } = {}) => {
    const settings = { ...config, ...changed, ...(timeoutMs === undefined ? {} : { timeoutMs }), ...(maxAttempts === undefined ? {} : { maxAttempts }) };
    const sources = await createFileSources({
      config: { sources: { files: settings } },
      adapters: [adapter],
      transport,
      logger,
      ...(clock === undefined ? {} : { ports: { clock } }),
    });
    return { ...sources.get('files'), close: () => sources.close() };
  };
  return { create: (settings) => createWith({}, settings), createWith, loggedText: () => lines.join('\n') };
}
