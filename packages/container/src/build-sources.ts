import { createFileSource, inContext, type FileSource, type FileSourceOptions, type HttpClient, type Layer, type Ports } from '@filesource/core';
import { telemetryLayer, type TelemetryOptions } from '@filesource/telemetry';
import { commonSettingsOf, limitsOf, type CommonSettings, type Limited } from './account-limits.ts';
import type { ConfiguredSource } from './config/load-config.ts';

/** `false` for none of it; else what spans tell. */
export type TelemetrySetting = false | Pick<TelemetryOptions, 'details'>;

interface Built extends Limited {
  readonly source: ConfiguredSource;
}

/** The sources of a config. Those of one vendor account share its limits, as strict as the strictest of them says. */
export function buildSources(...parts: Parameters<typeof sourceOptions>): readonly FileSource[] {
  return sourceOptions(...parts).map(createFileSource);
}

/** What each source of a config is made of. */
export function sourceOptions(sources: readonly ConfiguredSource[], ports: Ports, layers: readonly Layer[], telemetry: TelemetrySetting = {}): readonly FileSourceOptions[] {
  const built = sources.map((source) => buildAdapter(source, ports));
  const limits = limitsOf(built, ports);
  return built.map(({ source, adapter, account, common }) => {
    const { name, providerName: provider } = source;
    const { timeoutMs, idleTimeoutMs, transferTimeoutMs, maxAttempts } = common;
    return {
      name,
      provider,
      adapter,
      account,
      ports,
      layers,
      observers: telemetry === false ? [] : [telemetryLayer({ source: name, provider, clock: ports.clock, ...telemetry })],
      ...limits(account),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
      ...(transferTimeoutMs === undefined ? {} : { transferTimeoutMs }),
      ...(maxAttempts === undefined ? {} : { retry: { maxAttempts } }),
    };
  });
}

function buildAdapter(source: ConfiguredSource, ports: Ports): Built {
  const { name, providerName, adapterName, provider, settings } = source;
  const common = commonSettingsOf(settings);
  try {
    const adapter = provider.create(settings, { name, ports: { ...ports, http: connectingWithin(ports.http, common) } });
    return { source, adapter, common, account: `${adapterName}\n${provider.account(settings)}` };
  } catch (error) {
    throw inContext(error, { source: name, provider: providerName, redactor: ports.redactor }, 'create', undefined);
  }
}

function connectingWithin(http: HttpClient, { connectTimeoutMs }: CommonSettings): HttpClient {
  return connectTimeoutMs === undefined ? http : { send: (request) => http.send({ connectTimeoutMs, ...request }) };
}
