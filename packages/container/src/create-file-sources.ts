import { Redactor, silentLogger, type HttpClient, type Layer, type Logger, type Ports } from '@filesource/core';
import { createAxiosTransport, createHttpClient, type AxiosTransportOptions } from '@filesource/http';
import { buildSources, type TelemetrySetting } from './build-sources.ts';
import { loadConfig, type LoadConfigOptions } from './config/load-config.ts';
import { createFileSourcesOf, type FileSources } from './file-sources.ts';
import { safeLogger } from './logging/safe-logger.ts';
import { nodeHashing } from './ports/node-hashing.ts';
import { systemClock } from './ports/system-clock.ts';
import { systemRandom } from './ports/system-random.ts';

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
 * - What {@link fileSourcesModule} binds, put together without a container: for few values, loading one takes longer than all the rest.
 * - Throws `config-invalid` with every problem of the config.
 */
export async function createFileSources(options: CreateFileSourcesOptions): Promise<FileSources> {
  const { ports: given = {}, layers = [], axios, telemetry } = options;
  const config = await loadConfig(options);
  const { clock = systemClock, random = systemRandom, hashing = nodeHashing, redactor = new Redactor() } = given;
  for (const secret of config.secrets) redactor.add(secret);
  const logger = safeLogger(options.logger ?? given.logger ?? silentLogger, redactor, telemetry);
  const own = given.http === undefined && options.transport === undefined ? createAxiosTransport(axios) : undefined;
  const transport = options.transport ?? own;
  const http = given.http ?? createHttpClient({ clock, logger, ...(transport === undefined ? {} : { transport }) });
  const ports: Ports = { http, clock, random, hashing, logger, redactor };
  return createFileSourcesOf(buildSources(config.sources, ports, layers, telemetry), () => own?.close());
}
