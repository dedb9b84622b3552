// Hosts that decorate classes of their own need the whole of it before any container is used; ours binds functions and does without.
import 'reflect-metadata';
import { Redactor, silentLogger, type Layer } from '@filesource/core';
import { createAxiosTransport, createHttpClient, type AxiosTransportOptions } from '@filesource/http';
import { ContainerModule, type BindToFluentSyntax, type ServiceIdentifier } from 'inversify';
import { buildSources, type TelemetrySetting } from './build-sources.ts';
import type { LoadedConfig } from './config/load-config.ts';
import { createFileSourcesOf } from './file-sources.ts';
import { safeLogger } from './logging/safe-logger.ts';
import { nodeHashing } from './ports/node-hashing.ts';
import { systemClock } from './ports/system-clock.ts';
import { systemRandom } from './ports/system-random.ts';
import { tokens } from './tokens.ts';

export interface FileSourcesModuleOptions {
  /** For axios, where no `transport` is bound. */
  readonly axios?: AxiosTransportOptions;
  /** A redactor that the host shares; the credentials of the config are added to it. */
  readonly redactor?: Redactor;
  /** OpenTelemetry spans and metrics; seen where the process has an SDK. Default: without refs and error messages. */
  readonly telemetry?: TelemetrySetting;
}

/**
 * The bindings of filesource, to load into a container: `container.load(fileSourcesModule(await loadConfig({ ... })))`.
 * - Binds {@link tokens}, each only where the host bound nothing before; then `container.get(tokens.fileSources)`.
 * - Call `close()` of the sources at the end; unbinding does it too.
 */
export function fileSourcesModule(config: LoadedConfig, options: FileSourcesModuleOptions = {}): ContainerModule {
  const redactor = options.redactor ?? new Redactor();
  for (const secret of config.secrets) redactor.add(secret);
  return new ContainerModule(({ bind, isBound }) => {
    const unlessBound = <T>(token: ServiceIdentifier<T>, bindIt: (syntax: BindToFluentSyntax<T>) => void): void => {
      if (!isBound(token)) bindIt(bind(token));
    };
    const ownTransport = !isBound(tokens.transport) && !isBound(tokens.http) ? createAxiosTransport(options.axios) : undefined;
    if (ownTransport !== undefined) bind(tokens.transport).toConstantValue(ownTransport);
    unlessBound(tokens.clock, (it) => it.toConstantValue(systemClock));
    unlessBound(tokens.random, (it) => it.toConstantValue(systemRandom));
    unlessBound(tokens.hashing, (it) => it.toConstantValue(nodeHashing));
    unlessBound(tokens.logger, (it) => it.toConstantValue(silentLogger));
    unlessBound<readonly Layer[]>(tokens.layers, (it) => it.toConstantValue([]));
    unlessBound(tokens.http, (it) =>
      it.toResolvedValue((transport, clock, logger) => createHttpClient({ transport, clock, logger }), [tokens.transport, tokens.clock, tokens.safeLogger]).inSingletonScope(),
    );
    bind(tokens.redactor).toConstantValue(redactor);
    bind(tokens.safeLogger)
      .toResolvedValue((logger, shared) => safeLogger(logger, shared, options.telemetry), [tokens.logger, tokens.redactor])
      .inSingletonScope();
    bind(tokens.ports)
      .toResolvedValue(
        (http, clock, random, hashing, logger, shared) => ({ http, clock, random, hashing, logger, redactor: shared }),
        [tokens.http, tokens.clock, tokens.random, tokens.hashing, tokens.safeLogger, tokens.redactor],
      )
      .inSingletonScope();
    bind(tokens.fileSources)
      .toResolvedValue((ports, layers) => createFileSourcesOf(buildSources(config.sources, ports, layers, options.telemetry), () => ownTransport?.close()), [tokens.ports, tokens.layers])
      .inSingletonScope()
      .onDeactivation((sources) => sources.close());
  });
}
