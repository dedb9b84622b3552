import { configFileNames, configTextOf, importAdapters, readConfigText, sourcesInConfig, type LoadConfigOptions } from '@filesource/container';
import { FileSourceError, type AdapterDescriptor } from '@filesource/core';
import { readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import type { CliContext } from '../../context.ts';

/** The config file that a source goes into. */
export interface ConfigTarget {
  readonly file: string;
  readonly folder: string;
  /** As it is shown. */
  readonly where: string;
  readonly format: 'yaml' | 'json';
  /** `undefined` for a file that is not there yet. */
  readonly text: string | undefined;
  readonly sourceNames: readonly string[];
}

/** `--config`, or the config of this directory; one of a directory above is another project's and left alone. */
export async function findTarget(context: CliContext): Promise<ConfigTarget> {
  const given = context.settings.config;
  const candidates = given === undefined ? configFileNames.map((name) => join(context.io.cwd, name)) : [context.path(given)];
  for (const file of candidates) {
    const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new FileSourceError('config-invalid', `the config file ${file} cannot be read (${error.code ?? 'unknown'})`);
    });
    if (bytes !== undefined) return target(file, configTextOf(bytes, file));
  }
  return target(candidates[0] ?? join(context.io.cwd, configFileNames[0]), undefined);
}

function target(file: string, text: string | undefined): ConfigTarget {
  const extension = extname(file).toLowerCase();
  if (!['.yaml', '.yml', '.json'].includes(extension)) throw new FileSourceError('invalid-argument', `${file}: expected a file that ends in .yaml, .yml or .json`);
  const format = extension === '.json' ? 'json' : 'yaml';
  return { file, folder: dirname(file), where: file, format, text, sourceNames: text === undefined ? [] : sourcesInConfig(text, format, file) };
}

/** Ours, and those that the config names; what cannot be loaded is told when the config is checked. */
export async function adaptersFor(context: CliContext, { text, format, where, folder }: ConfigTarget): Promise<readonly AdapterDescriptor[]> {
  const own = await context.adapters();
  const data = text === undefined ? undefined : readConfigText(text, format, where);
  const named = typeof data === 'object' && data !== null ? (data as { readonly adapters?: unknown }).adapters : undefined;
  if (!Array.isArray(named)) return own;
  const names = named.filter((name): name is string => typeof name === 'string');
  return [...new Set([...own, ...(await importAdapters(names, folder)).adapters])];
}

/** What `loadConfig` is to check: adapters and sources, since what else a config holds belongs to other commands. */
export function checkable(data: unknown, { folder }: ConfigTarget, adapters: readonly AdapterDescriptor[], env: Readonly<Record<string, string | undefined>>): LoadConfigOptions {
  const { adapters: named, sources } = data as { readonly adapters?: unknown; readonly sources?: unknown };
  return { config: { ...(named === undefined ? {} : { adapters: named }), sources }, adapters, baseDirectory: folder, env };
}
