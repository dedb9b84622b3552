import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, isAbsolute, resolve } from 'node:path';
import { FileSourceError, Redactor, type AdapterDescriptor, type Provider, type Secret } from '@filesource/core';
import { adaptersFor, type AdaptersOnDemand } from './adapters-on-demand.ts';
import { adaptersSchema, configSchema, providersOf } from './config-schema.ts';
import { configTextOf } from './config-text.ts';
import { explainIssue, kindOf } from './explain-issue.ts';
import { importAdapters } from './import-adapters.ts';
import { interpolate, isPlainObject, pathKey, type Environment, type Interpolated } from './interpolate.ts';
import type { KnownProvider } from './known-provider.ts';
import { parseConfigText, type ParsedConfig } from './parse-config-text.ts';
import { configError, type Problem } from './problem.ts';
import { collectSecrets, textsOfSecretFields } from './secrets.ts';
import { withNumbers } from './variable-numbers.ts';
import { readSecretFiles } from './secret-files.ts';
import { sectionSchemas, type ConfigSections } from './sections.ts';
import { setAsideForeign } from './set-aside.ts';

export interface LoadConfigOptions {
  /** A file (`.yaml`, `.yml`, `.json`), or what such a file would hold. */
  readonly config: string | object;
  /** Those that are there, or how they are loaded when the config needs them. */
  readonly adapters?: readonly AdapterDescriptor[] | AdaptersOnDemand;
  /** Default: the variables of this process. */
  readonly env?: Environment;
  /** Where relative paths start: that of `config`, and those inside a config that is no file. Default: the working directory. */
  readonly baseDirectory?: string;
  /** Top-level sections that the host has beside the sources. Default: none, and then one in the config is an unknown setting. */
  readonly sections?: ConfigSections;
}

/** One source of a config, valid, with the provider that builds it. */
export interface ConfiguredSource {
  readonly name: string;
  readonly providerName: string;
  readonly adapterName: string;
  readonly provider: Provider;
  /** What the provider's schema made of the settings. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface LoadedConfig {
  /** The absolute path of the file; `null` for a config that was an object. */
  readonly file: string | null;
  /** The adapters that were given, or those of them that were needed, and those that the config names. */
  readonly adapters: readonly AdapterDescriptor[];
  readonly sources: readonly ConfiguredSource[];
  /** Settings that belong to other providers, as paths such as `sources.files.baseUrl`. */
  readonly ignored: readonly string[];
  /** The sections of the host that the config has, by name, as their schemas made them. */
  readonly sections: Readonly<Record<string, unknown>>;
  /** Every credential in the config. */
  readonly secrets: readonly Secret[];
}

interface RawConfig extends ParsedConfig {
  readonly file: string | null;
  readonly folder: string;
  /** What errors call it. */
  readonly where: string;
}

/**
 * Reads a config, fills in variables and secret files, imports the adapters it names, and validates it.
 * - Throws `config-invalid` with every problem: its path, its line, and what is allowed; never a credential.
 */
export async function loadConfig(options: LoadConfigOptions): Promise<LoadedConfig> {
  const raw = readRaw(options);
  const { where, locate } = raw;
  const filledIn = interpolate(raw.data, options.env ?? process.env);
  if (!isMap(filledIn.data)) throw configError(where, [{ path: [], what: `expected a map with sources in it, got ${raw.data === null || raw.data === undefined ? 'an empty config' : kindOf(raw.data)}` }], locate);
  if (!isPlainObject(filledIn.data) && !('sources' in filledIn.data)) throw configError(where, [{ path: [], what: `expected the path of a file as text, or a map with sources in it, got ${Object.prototype.toString.call(filledIn.data)}` }]);

  const named = adaptersSchema.safeParse(filledIn.data['adapters']);
  const imported = named.success ? await importAdapters(named.data, raw.folder) : { adapters: [], problems: [] };
  if (imported.problems.length > 0) throw configError(where, [...imported.problems, ...filledIn.problems], locate);
  const { adapters: given = [] } = options;
  const adapters = [...new Set(isList(given) ? [...given, ...imported.adapters] : await adaptersFor(filledIn.data, given, imported.adapters))];
  const providers = providersOf(adapters);
  if (providers.size === 0) throw new FileSourceError('config-invalid', 'no adapter is given', { advice: 'Pass adapters to createFileSources, or name their packages under adapters: in the config.' });

  const { data, ignored } = setAsideForeign(filledIn.data, providers);
  const isIgnored = (problem: Problem): boolean => ignored.some((path) => path.every((key, index) => problem.path[index] === key));
  const interpolated = { ...filledIn, data, problems: filledIn.problems.filter((problem) => !isIgnored(problem)) };

  const schemas = await sectionSchemas(options.sections, filledIn.data);
  const schema = configSchema(providers, { sections: schemas });
  const read = await readSecretFiles(schema, withNumbers(schema, interpolated), raw.folder);
  // For one parse, compiling the schema takes longer than to walk through it.
  const parsed = schema.safeParse(read.data, { jitless: true });
  const known = [...interpolated.problems, ...read.problems];
  const found = parsed.success ? [] : parsed.error.issues.flatMap((issue) => explainIssue(issue, schema, read.data));
  const problems = [...known, ...besides(known, found, interpolated)];
  if (!parsed.success || problems.length > 0) throw configError(where, redacted(problems, textsOfSecretFields(schema, read.data)), locate);

  const sources = Object.entries(parsed.data.sources).map(([name, { provider, ...settings }]) => configured(name, provider, settings, providers));
  const sections = Object.fromEntries(Object.keys(schemas).flatMap((name) => (parsed.data[name] === undefined ? [] : [[name, parsed.data[name]]])));
  return {
    file: raw.file,
    adapters,
    sources,
    sections,
    ignored: ignored.map((path) => path.join('.')),
    secrets: collectSecrets([sections, ...sources.map((source) => source.settings)]),
  };
}

function readRaw(options: LoadConfigOptions): RawConfig {
  const base = resolve(options.baseDirectory ?? '.');
  const { config } = options;
  if (typeof config !== 'string') return { data: config, locate: () => undefined, file: null, folder: base, where: 'the config' };
  const file = isAbsolute(config) ? config : resolve(base, config);
  // A path may have braces too, as those of Windows for an application have.
  if (isText(config) && !existsSync(file)) throw configError('the config', [{ path: [], what: 'expected the path of a file, got what a file holds; pass its path, or the data in it as an object' }]);
  const where = config;
  const extension = extname(file).toLowerCase();
  if (extension !== '.yaml' && extension !== '.yml' && extension !== '.json') throw configError(where, [{ path: [], what: 'expected a file that ends in .yaml, .yml or .json' }]);
  return { ...parseConfigText(configTextOf(readBytes(file, config), where), extension === '.json' ? 'json' : 'yaml', where), file, folder: dirname(file), where };
}

/** YAML or JSON in place of a path; it holds credentials, so no error may call the config by it. */
function isText(config: string): boolean {
  return /[\r\n{]/.test(config);
}

/** At once: a start has nothing else to do, and for a page of text the way over a thread takes longer. */
function readBytes(file: string, given: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new FileSourceError('config-invalid', code === 'ENOENT' ? `there is no config file ${given}` : `the config file ${given} cannot be read (${code ?? 'unknown'})`, {
      advice: 'Name a file that is there and may be read; "filesource init" writes one.',
    });
  }
}

/** What validation found, without what only follows from a problem that is known; with the variables that values came from. */
function besides(known: readonly Problem[], found: readonly Problem[], interpolated: Interpolated): readonly Problem[] {
  const explained = new Set(known.map((problem) => pathKey(problem.path)));
  return found
    .filter((problem) => !explained.has(pathKey(problem.path)))
    .map((problem) => {
      const variables = interpolated.variables.get(pathKey(problem.path));
      return variables === undefined ? problem : { ...problem, what: `${problem.what} (the value comes from ${variables.map((name) => `\${${name}}`).join(', ')})` };
    });
}

/** A message of an adapter's own check may quote what it checked. */
function redacted(problems: readonly Problem[], secrets: readonly string[]): readonly Problem[] {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  return problems.map((problem) => ({ ...problem, what: redactor.redact(problem.what) }));
}

function configured(name: string, providerName: string, settings: Readonly<Record<string, unknown>>, providers: ReadonlyMap<string, KnownProvider>): ConfiguredSource {
  const known = providers.get(providerName);
  if (known === undefined) throw new FileSourceError('unexpected', `the provider ${providerName} is not known`);
  return { name, providerName, adapterName: known.adapter, provider: known.provider, settings };
}

function isList(adapters: readonly AdapterDescriptor[] | AdaptersOnDemand): adapters is readonly AdapterDescriptor[] {
  return Array.isArray(adapters);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
