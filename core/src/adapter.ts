import type { z } from 'zod';
import { FileSourceError } from './errors/file-source-error.ts';
import type { Ports } from './ports/ports.ts';
import type { SourceAdapter } from './source-adapter.ts';

/** What a provider gets to build a source from. */
export interface AdapterContext {
  /** The name of the source in the config. */
  readonly name: string;
  readonly ports: Ports;
}

/** One value of `provider` in a config: its settings and how to build a source from them. */
export interface Provider<Schema extends z.ZodObject = z.ZodObject> {
  /** For people: what a source of this provider gives. */
  readonly title: string;
  /** Settings without `provider`; unknown ones are refused. Credentials are fields of {@link secretField}. */
  readonly configSchema: Schema;
  /** Equal for two configs that share the vendor's limits; holds no credential. */
  account(config: z.output<Schema>): string;
  /** Builds the source; sends nothing yet. */
  create(config: z.output<Schema>, context: AdapterContext): SourceAdapter;
}

/** What an adapter package exports: its providers by the name that a config uses. */
export interface AdapterDescriptor {
  readonly name: string;
  readonly providers: Readonly<Record<string, Provider>>;
}

/** Keeps the type of each provider's settings inside; a descriptor as it is used has them erased. */
export function defineProvider<Schema extends z.ZodObject>(provider: Provider<Schema>): Provider {
  return provider;
}

/** Checks a descriptor when it is written, and not when somebody's config first names it. */
export function defineAdapter(descriptor: AdapterDescriptor): AdapterDescriptor {
  for (const name of Object.keys(descriptor.providers)) {
    if (!/^[a-z][a-z0-9-]*$/.test(name)) {
      throw new FileSourceError('invalid-argument', `${JSON.stringify(name)} is not a provider name`, { advice: 'Use lower-case letters, digits and hyphens.' });
    }
  }
  return descriptor;
}

export function isAdapterDescriptor(value: unknown): value is AdapterDescriptor {
  if (typeof value !== 'object' || value === null) return false;
  const { name, providers } = value as Partial<AdapterDescriptor>;
  if (typeof name !== 'string' || typeof providers !== 'object' || providers === null) return false;
  return Object.values(providers).every((provider) => typeof provider?.create === 'function' && typeof provider.configSchema === 'object');
}
