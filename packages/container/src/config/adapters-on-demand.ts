import type { AdapterDescriptor } from '@filesource/core';
import { noAdapter, providersOf } from './config-schema.ts';

/** Adapters by the names of their providers: each is loaded when a config needs it. */
export type AdaptersOnDemand = Readonly<Record<string, Load>>;

type Load = () => Promise<AdapterDescriptor>;

/**
 * The adapters that a config needs, with `others` that are there already.
 * - All of them where it names a provider or a setting that these do not know: it may be of another one, and errors tell what there is.
 */
export async function adaptersFor(data: Readonly<Record<string, unknown>>, onDemand: AdaptersOnDemand, others: readonly AdapterDescriptor[]): Promise<readonly AdapterDescriptor[]> {
  if (typeof onDemand !== 'object' || onDemand === null || Object.values(onDemand).some((load) => typeof load !== 'function')) throw noAdapter();
  const sources = Object.values(typeof data['sources'] === 'object' ? { ...data['sources'] } : {}).map((source): Readonly<Record<string, unknown>> => ({ ...(source as object) }));
  const names = new Set(sources.map(({ provider }) => provider));
  const adapters = [...(await loaded(Object.entries(onDemand).flatMap(([name, load]) => (names.has(name) ? [load] : [])))), ...others];
  const providers = providersOf(adapters);
  const isKnown = (source: Readonly<Record<string, unknown>>): boolean => {
    const schema = providers.get(String(source['provider']))?.provider.configSchema;
    return schema !== undefined && Object.keys(source).every((key) => key === 'provider' || Object.hasOwn(schema.shape, key));
  };
  if (sources.length > 0 && sources.every(isKnown)) return adapters;
  return [...(await loaded(Object.values(onDemand))), ...others];
}

async function loaded(loads: readonly Load[]): Promise<readonly AdapterDescriptor[]> {
  return [...new Set(await Promise.all([...new Set(loads)].map((load) => load())))];
}
