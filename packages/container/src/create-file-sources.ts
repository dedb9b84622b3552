import type { HttpClient, Layer, Logger, Ports } from '@filesource/core';
import type { AxiosTransportOptions } from '@filesource/http';
import { Container, type ServiceIdentifier } from 'inversify';
import type { TelemetrySetting } from './build-sources.ts';
import { loadConfig, type LoadConfigOptions } from './config/load-config.ts';
import { fileSourcesModule } from './file-sources-module.ts';
import type { FileSources } from './file-sources.ts';
import { tokens } from './tokens.ts';

export interface CreateFileSourcesOptions extends LoadConfigOptions {
  /** Ports in place of those of this process. `http` replaces the HTTP policies too; most hosts want `transport`. */
  readonly ports?: Partial<Ports>;
  /** Makes the HTTP exchanges in place of axios; the policies hold all the same. */
  readonly transport?: HttpClient;
  /** For axios: proxy, certificate authorities, time to connect. */
  readonly axios?: AxiosTransportOptions;
  /** Gets what was redacted before. Default: silence. */
  readonly logger?: Logger;
  /** OpenTelemetry spans and metrics; seen where the process has an SDK. Default: without refs and error messages. */
  readonly telemetry?: TelemetrySetting;
  /** Layers around every source, outermost first. */
  readonly layers?: readonly Layer[];
}

/**
 * The sources of a config, ready to use; nothing is sent yet.
 * - Throws `config-invalid` with every problem of the config.
 */
export async function createFileSources(options: CreateFileSourcesOptions): Promise<FileSources> {
  const { ports = {}, transport, layers, axios, telemetry } = options;
  const logger = options.logger ?? ports.logger;
  const config = await loadConfig(options);
  const container = new Container();
  const bindGiven = <T>(token: ServiceIdentifier<T>, value: T | undefined): void => {
    if (value !== undefined) container.bind(token).toConstantValue(value);
  };
  bindGiven(tokens.clock, ports.clock);
  bindGiven(tokens.random, ports.random);
  bindGiven(tokens.hashing, ports.hashing);
  bindGiven(tokens.http, ports.http);
  bindGiven(tokens.transport, transport);
  bindGiven(tokens.logger, logger);
  bindGiven(tokens.layers, layers);
  const { redactor } = ports;
  container.load(fileSourcesModule(config, { ...(axios === undefined ? {} : { axios }), ...(telemetry === undefined ? {} : { telemetry }), ...(redactor === undefined ? {} : { redactor }) }));
  return container.get(tokens.fileSources);
}
