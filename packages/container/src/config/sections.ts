import { z } from 'zod';

/** Schemas of top-level sections by their names. */
export type SectionSchemas = Readonly<Record<string, z.ZodType>>;

/**
 * What a host adds to the config file beside the sources, by name, such as `gateway`.
 * - Variables, secret files, line numbers and unknown settings work in a section as they do in a source.
 * - A function is asked for its schema only when the config has the section.
 */
export type ConfigSections = Readonly<Record<string, z.ZodType | (() => Promise<z.ZodType>)>>;

/** The schemas of all sections; where `data` is given, one that it does not have is not loaded and stands for its name only. */
export async function sectionSchemas(sections: ConfigSections = {}, data?: Readonly<Record<string, unknown>>): Promise<SectionSchemas> {
  const loaded = Object.entries(sections).map(async ([name, section]) => {
    if (data !== undefined && !Object.hasOwn(data, name)) return [name, z.unknown()] as const;
    return [name, typeof section === 'function' ? await section() : section] as const;
  });
  return Object.fromEntries(await Promise.all(loaded));
}
