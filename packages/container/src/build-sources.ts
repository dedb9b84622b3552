import { createFileSource, extended, inContext, overlay, type FileSource, type FileSourceOptions, type HttpClient, type Layer, type Ports, type RateLimiter, type SourceAdapter } from '@filesource/core';
import { telemetryLayer, type TelemetryOptions } from '@filesource/telemetry';
import { rateLimited } from './rate-limited.ts';
import { commonSettingsOf, limitsOf, type AccountLimits, type CommonSettings, type Limited } from './account-limits.ts';
import type { ConfiguredSource } from './config/load-config.ts';
import { withDiagnosis } from './diagnose-addresses.ts';

/** `false` for none of it; else what spans tell. */
export type TelemetrySetting = false | Pick<TelemetryOptions, 'details'>;

interface Built extends Limited {
  readonly source: ConfiguredSource;
  /** Tells the rate of the account, which is known only once all of its sources are. */
  readonly limitRate: (rate: RateLimiter) => void;
}

/** The sources of a config. Those of one vendor account share its limits, as strict as the strictest of them says. */
export function buildSources(...parts: Parameters<typeof sourceOptions>): readonly FileSource[] {
  return sourceOptions(...parts).map(createFileSource);
}

/** What each source of a config is made of. */
export function sourceOptions(sources: readonly ConfiguredSource[], ports: Ports, layers: readonly Layer[], telemetry: TelemetrySetting = {}): readonly FileSourceOptions[] {
  const built = sources.map((source) => buildAdapter(source, ports));
  const limits = limitsOf(built, ports);
  return built.map(({ source, adapter, account, common, limitRate }) => {
    const { requestRate, told, ...shared } = limits(account);
    if (requestRate !== undefined) limitRate(requestRate);
    const { name, providerName: provider } = source;
    const { timeoutMs, idleTimeoutMs, transferTimeoutMs, maxAttempts } = common;
    return {
      name,
      provider,
      adapter: telling(adapter, told),
      account,
      ports,
      layers,
      observers: telemetry === false ? [] : [telemetryLayer({ source: name, provider, clock: ports.clock, ...telemetry })],
      ...shared,
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
    const account = `${adapterName}\n${provider.account(settings)}`;
    const { http, limitRate } = rateLimited(connectingOf(account, ports.http, common));
    const own = { ...ports, http };
    const adapter = withDiagnosis(provider.create(settings, { name, ports: own }), provider, settings, own);
    return { source, adapter, common, limitRate, account };
  } catch (error) {
    throw inContext(error, { source: name, provider: providerName, redactor: ports.redactor }, 'create', undefined);
  }
}

/** What a source tells of its limits is what holds for it. */
function telling(adapter: SourceAdapter, told: AccountLimits['told']): SourceAdapter {
  const { capabilities } = adapter;
  const { maxCalls, maxOpening } = capabilities.limits;
  const most = (calls: number): number => Math.min(calls, told.maxConcurrency);
  const bounded = { ...(maxCalls === undefined ? {} : { maxCalls: most(maxCalls) }), ...(maxOpening === undefined ? {} : { maxOpening: most(maxOpening) }) };
  return overlay(adapter, { capabilities: { ...capabilities, limits: { ...capabilities.limits, ...bounded, ...told } } });
}

/** Connections of the account, made within its time. */
function connectingOf(pool: string, http: HttpClient, { connectTimeoutMs }: CommonSettings): HttpClient {
  if (connectTimeoutMs === undefined) return { send: (request) => http.send(extended(request, { pool })) };
  return { send: (request) => http.send(extended(request, { pool, connectTimeoutMs: request.connectTimeoutMs ?? connectTimeoutMs })) };
}
