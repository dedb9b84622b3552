import { FileSourceError, isAdapterDescriptor, isSourceName, type AdapterDescriptor } from '@filesource/core';
import { z } from 'zod';
import type { KnownProvider } from './known-provider.ts';
import { alternativesOf } from './schema-walk.ts';
import type { SectionSchemas } from './sections.ts';
import { foreignSettings } from './set-aside.ts';

/**
 * The providers of all adapters by name.
 * - Throws `invalid-argument` for what is no adapter, and `config-invalid` when two adapters bring the same name; an adapter that is given twice counts once.
 */
export function providersOf(adapters: readonly AdapterDescriptor[]): ReadonlyMap<string, KnownProvider> {
  const known = new Map<string, KnownProvider>();
  for (const adapter of adapters) {
    if (!isAdapterDescriptor(adapter)) throw noAdapter();
    for (const [name, provider] of Object.entries(adapter.providers)) {
      const other = known.get(name);
      if (other !== undefined && other.adapter !== adapter.name) {
        throw new FileSourceError('config-invalid', `the provider ${name} is brought by two adapters, ${other.adapter} and ${adapter.name}`, { advice: 'Leave one of them out.' });
      }
      if (typeof provider.configSchema.safeExtend !== 'function') {
        throw new FileSourceError('config-invalid', `the settings of the provider ${name} of ${adapter.name} are told by no z.object of zod 4.1 or newer`, { advice: 'Make its configSchema with the version of zod that @filesource/core has.' });
      }
      if (other === undefined) known.set(name, { adapter: adapter.name, provider });
    }
  }
  return known;
}

/** What is given in place of an adapter: a module as a whole, its name, or an export that it does not have. */
export function noAdapter(): FileSourceError {
  return new FileSourceError('invalid-argument', 'what is given among the adapters is none: expected what defineAdapter of @filesource/core returns', {
    advice: 'Pass a list of what the packages export, as in adapters: [folder], or functions by provider name that resolve to one; packages by name go under adapters: in the config.',
  });
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
