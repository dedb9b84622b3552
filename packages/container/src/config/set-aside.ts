import type { KnownProvider } from './known-provider.ts';
import type { ConfigPath } from './problem.ts';

export interface SetAside {
  /** A copy without them. */
  readonly data: unknown;
  /** Where the settings stood. */
  readonly ignored: readonly ConfigPath[];
}

/**
 * Takes away the settings of each source that its provider does not know but another one does.
 * - So a source can hold the settings of several vendors, and its `provider` line alone decides which of them count.
 * - What no provider knows stays, and is refused later as the typing error that it is.
 */
export function setAsideForeign(data: unknown, providers: ReadonlyMap<string, KnownProvider>): SetAside {
  if (!isMap(data) || !isMap(data['sources'])) return { data, ignored: [] };
  const ignored: ConfigPath[] = [];
  const sources = Object.entries(data['sources']).map(([name, settings]): [string, unknown] => {
    const provider = isMap(settings) && typeof settings['provider'] === 'string' ? providers.get(settings['provider']) : undefined;
    if (provider === undefined || !isMap(settings)) return [name, settings];
    const foreign = foreignSettings(provider, providers);
    const kept = Object.entries(settings).filter(([key]) => !foreign.has(key));
    for (const key of Object.keys(settings)) if (foreign.has(key)) ignored.push(['sources', name, key]);
    return [name, Object.fromEntries(kept)];
  });
  return { data: { ...data, sources: Object.fromEntries(sources) }, ignored };
}

/** The names of settings that other providers have and this one has not. */
export function foreignSettings(own: KnownProvider, providers: ReadonlyMap<string, KnownProvider>): ReadonlySet<string> {
  const others = [...providers.values()].flatMap(({ provider }) => Object.keys(provider.configSchema.shape));
  return new Set(others.filter((key) => !(key in own.provider.configSchema.shape)));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
