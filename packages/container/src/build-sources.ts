import { createFileSource, createLimiter, inContext, type FileSource, type Layer, type Limiter, type Ports, type SourceAdapter } from '@filesource/core';
import { z } from 'zod';
import type { ConfiguredSource } from './config/load-config.ts';

interface Built {
  readonly source: ConfiguredSource;
  readonly adapter: SourceAdapter;
  readonly account: string;
}

/** Settings that core acts on, of providers that have them. */
const commonSettings = z.object({ timeoutMs: z.number().optional().catch(undefined), maxAttempts: z.number().optional().catch(undefined) });

/** The sources of a config. Those of one vendor account share one limiter, as strict as the strictest of them says. */
export function buildSources(sources: readonly ConfiguredSource[], ports: Ports, layers: readonly Layer[]): readonly FileSource[] {
  const built = sources.map((source) => buildAdapter(source, ports));
  const limiters = limitersOf(built);
  return built.map(({ source, adapter, account }) => {
    const { timeoutMs, maxAttempts } = commonSettings.parse(source.settings);
    return createFileSource({
      name: source.name,
      provider: source.providerName,
      adapter,
      account,
      ports,
      layers,
      limiter: limiters.get(account) ?? createLimiter(1),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(maxAttempts === undefined ? {} : { retry: { maxAttempts } }),
    });
  });
}

function buildAdapter(source: ConfiguredSource, ports: Ports): Built {
  const { name, providerName, adapterName, provider, settings } = source;
  try {
    return { source, adapter: provider.create(settings, { name, ports }), account: `${adapterName}\n${provider.account(settings)}` };
  } catch (error) {
    throw inContext(error, { source: name, provider: providerName, redactor: ports.redactor }, 'create', undefined);
  }
}

function limitersOf(built: readonly Built[]): ReadonlyMap<string, Limiter> {
  const most = new Map<string, number>();
  for (const { account, adapter } of built) most.set(account, Math.min(most.get(account) ?? Infinity, adapter.capabilities.limits.maxConcurrency));
  return new Map([...most].map(([account, concurrency]) => [account, createLimiter(concurrency)]));
}
