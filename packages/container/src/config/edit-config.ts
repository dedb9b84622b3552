import { FileSourceError } from '@filesource/core';
import { isMap, parseDocument, type Document } from 'yaml';
import { parseConfigText } from './parse-config-text.ts';
import { configError } from './problem.ts';

export interface EditedSource {
  readonly name: string;
  readonly provider: string;
  /** As the file shall hold them: credentials as references, `${NAME}` or `file:PATH`. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface EditOptions {
  readonly format: 'yaml' | 'json';
  /** What errors call the config. */
  readonly where: string;
  /** Put the source in the place of one with the same name; else that is `conflict`. */
  readonly replace?: boolean;
}

const heading = ' Written by "filesource init"; see docs/configuration.md.';

/**
 * The text of a config with one more source; `undefined` stands for a file that is not there yet.
 * - Comments and order of a YAML file stay.
 * - Throws `config-invalid` for a text that is no config, and `conflict` for a name that is taken.
 */
export function withSource(text: string | undefined, { name, provider, settings }: EditedSource, { format, where, replace = false }: EditOptions): string {
  const source = { provider, ...settings };
  if (text === undefined || text.trim() === '') return format === 'json' ? json({ sources: { [name]: source } }) : firstYaml(name, source);
  if (sourcesInConfig(text, format, where).includes(name) && !replace) {
    throw new FileSourceError('conflict', `${where} has a source ${JSON.stringify(name)} already`, { advice: 'Choose another name, or replace it with --force.' });
  }
  if (format === 'json') {
    const data = JSON.parse(text.replace(/^\uFEFF/, '')) as { readonly sources?: object };
    return json({ ...data, sources: { ...data.sources, [name]: source } });
  }
  const document = parseDocument(text, { version: '1.2', schema: 'core' });
  const sources = document.get('sources', true);
  if (isMap(sources)) {
    sources.set(document.createNode(name), document.createNode(source));
    // What was `{}` is written as a block from here on.
    sources.flow = false;
  } else document.set('sources', document.createNode({ [name]: source }));
  return yaml(document);
}

/** What the text of a config holds, as it stands: no variable is filled in, and nothing is checked. Throws `config-invalid` for what cannot be read. */
export function readConfigText(text: string, format: 'yaml' | 'json', where: string): unknown {
  return parseConfigText(text, format, where).data;
}

/** The names of the sources in the text of a config, valid or not. Throws `config-invalid` for what cannot be read at all. */
export function sourcesInConfig(text: string, format: 'yaml' | 'json', where: string): readonly string[] {
  const data = readConfigText(text, format, where);
  if (data === null || data === undefined) return [];
  const sources = typeof data === 'object' && !Array.isArray(data) ? ((data as { readonly sources?: unknown }).sources ?? {}) : undefined;
  if (typeof sources !== 'object' || sources === null || Array.isArray(sources)) throw configError(where, [{ path: sources === undefined ? [] : ['sources'], what: 'expected a map' }]);
  return Object.keys(sources);
}

function firstYaml(name: string, source: object): string {
  const document = parseDocument('', { version: '1.2', schema: 'core' });
  document.contents = document.createNode({ sources: { [name]: source } }) as unknown as typeof document.contents;
  document.commentBefore = heading;
  return yaml(document);
}

/** Long texts stay on their line. */
function yaml(document: Document): string {
  return document.toString({ lineWidth: 0 });
}

function json(data: unknown): string {
  return `${JSON.stringify(data, undefined, 2)}\n`;
}
