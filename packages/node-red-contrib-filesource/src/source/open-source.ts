import { FileSourceError, isSourceName, Secret, type FileSource, type Logger } from '@filesource/core';
import { createFileSources, type FileSources } from '@filesource/container';
import { secretsOf } from './credential-keys.ts';
import { builtInAdapters } from './providers.ts';
import { packageNames, type FileSourceDef } from './source-def.ts';

export interface OpenSource {
  /** The one that the config node stands for. */
  readonly source: FileSource;
  /** All of its config file; of a source that is set up in the editor, that one alone. */
  readonly sources: FileSources;
}

export interface OpenOptions {
  readonly def: FileSourceDef;
  readonly credentials: Readonly<Record<string, string | undefined>>;
  /** Where relative paths and packages of adapters are. */
  readonly directory: string;
  readonly logger: Logger;
}

/** Builds the sources of a config node; nothing is sent yet. Throws `config-invalid`. */
export async function openSource(options: OpenOptions): Promise<OpenSource> {
  const { def, directory, logger } = options;
  const isFile = def.mode === 'file';
  const config = isFile ? configFileOf(def) : configOf(options);
  const sources = await createFileSources({ config, adapters: await builtInAdapters(), baseDirectory: directory, logger });
  const name = isFile ? (def.sourceName ?? '') : def.name;
  if (sources.has(name)) return { source: sources.get(name), sources };
  await sources.close();
  throw new FileSourceError('config-invalid', `the config file has no source ${JSON.stringify(name)}`, { advice: `It has: ${sources.names.join(', ')}.` });
}

function configFileOf({ configFile }: FileSourceDef): string {
  if (configFile !== undefined && configFile !== '') return configFile;
  throw new FileSourceError('config-invalid', 'no config file is named', { advice: 'Name a filesource.yaml on the server, or choose a provider.' });
}

function configOf({ def, credentials }: OpenOptions): object {
  const { name, provider = '' } = def;
  if (!isSourceName(name)) {
    throw new FileSourceError('config-invalid', `${JSON.stringify(name)} is no name for a source`, {
      advice: 'Refs start with it: give the config node a name that starts with a letter and has letters, digits, - and _, at most 64.',
    });
  }
  const settings = def.settings?.[provider] ?? {};
  // As they are: a password may hold what a config file would take for a variable.
  const secrets = [...secretsOf(provider, credentials)].map(([field, value]) => [field, new Secret(value)] as const);
  return { adapters: [...packageNames(def.adapters)], sources: { [name]: { provider, ...settings, ...Object.fromEntries(secrets) } } };
}
