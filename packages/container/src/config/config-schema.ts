import { FileSourceError, isSourceName, type AdapterDescriptor } from '@filesource/core';
import { z } from 'zod';
import type { KnownProvider } from './known-provider.ts';
import { alternativesOf } from './schema-walk.ts';
import type { SectionSchemas } from './sections.ts';
import { foreignSettings } from './set-aside.ts';

/**
 * The providers of all adapters by name.
 * - Throws `config-invalid` when two adapters bring the same name; an adapter that is given twice counts once.
 */
export function providersOf(adapters: readonly AdapterDescriptor[]): ReadonlyMap<string, KnownProvider> {
  const known = new Map<string, KnownProvider>();
  for (const adapter of adapters) {
    for (const [name, provider] of Object.entries(adapter.providers)) {
      const other = known.get(name);
      if (other !== undefined && other.adapter !== adapter.name) {
        throw new FileSourceError('config-invalid', `the provider ${name} is brought by two adapters, ${other.adapter} and ${adapter.name}`, { advice: 'Leave one of them out.' });
      }
      if (other === undefined) known.set(name, { adapter: adapter.name, provider });
    }
  }
  return known;
}

/** The settings of one source, told apart by `provider`; settings that its provider does not know are refused. */
function sourceSchema(providers: ReadonlyMap<string, KnownProvider>, withForeign: boolean): z.ZodType<SourceSettings> {
  const options = [...providers].map(([name, known]) => {
    const { provider } = known;
    const foreign = withForeign ? [...foreignSettings(known, providers)] : [];
    return provider.configSchema
      .safeExtend({
        ...Object.fromEntries(foreign.map((key) => [key, z.unknown().optional().meta({ description: 'Of another provider; ignored here' })])),
        provider: z.literal(name).meta({ description: provider.title }),
      })
      .strict()
      .meta({ title: provider.title, alternatives: alternativesOf(provider.configSchema) });
  });
  // The options are known at run time only, so their types say less than the union promises.
  return z.discriminatedUnion('provider', options as unknown as [z.ZodObject]) as unknown as z.ZodType<SourceSettings>;
}

type SourceSettings = Readonly<Record<string, unknown>> & { readonly provider: string };

/**
 * The whole config file.
 * - `sections` are what may stand beside the sources; each may be left out.
 * - `withForeign` lets a source hold settings of other providers too, as a file may; when a config is loaded they were set aside before.
 */
export function configSchema(
  providers: ReadonlyMap<string, KnownProvider>,
  { sections = {}, withForeign = false }: { readonly sections?: SectionSchemas; readonly withForeign?: boolean } = {},
): z.ZodType<Readonly<Record<string, unknown>> & { readonly sources: Readonly<Record<string, SourceSettings>> }> {
  const name = z.string().refine(isSourceName, 'a source name starts with a letter and has letters, digits, - and _, at most 64');
  return z.strictObject({
    ...Object.fromEntries(Object.entries(sections).map(([section, schema]) => [section, z.optional(schema)])),
    $schema: z.string().optional().meta({ description: 'Where the JSON Schema of this file is, for editors' }),
    adapters: adaptersSchema,
    sources: z
      .record(name, sourceSchema(providers, withForeign))
      .refine((sources) => Object.keys(sources).length > 0, 'at least one source is needed')
      .meta({ description: 'The sources by name' }),
  });
}

export const adaptersSchema = z
  .array(z.string().min(1))
  .default([])
  .meta({ description: 'Further adapters: package names, or files relative to the config file' });
