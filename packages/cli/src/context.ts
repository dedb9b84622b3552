import type { AdaptersOnDemand, ConfigSections, FileSources } from '@filesource/container';
import type { AdapterDescriptor, FileSource, Logger, LogLevel, Redactor, SourceRef } from '@filesource/core';
import { resolve } from 'node:path';
import type { CliIo } from './cli-io.ts';
import type { Output } from './output.ts';
import { escapeControls } from './render/safe-text.ts';

export interface GlobalSettings {
  readonly config?: string;
  readonly verbose?: boolean;
  readonly logLevel?: LogLevel;
}

/** The vendors that a config may name without bringing a package. */
const vendors: AdaptersOnDemand = {
  'onoffice-address': async () => (await import('@filesource/onoffice')).onoffice,
  'onoffice-appointment': async () => (await import('@filesource/onoffice')).onoffice,
  onlyoffice: async () => (await import('@filesource/onlyoffice')).onlyoffice,
};

/** What every command works with: the streams, the signal, and the sources of the config once a command asks for them. */
export class CliContext {
  readonly io: CliIo;
  readonly out: Output;
  readonly err: Output;
  readonly signal: AbortSignal;
  readonly settings: GlobalSettings;
  #sources: Promise<FileSources> | undefined;

  constructor(io: CliIo, out: Output, err: Output, settings: GlobalSettings) {
    this.io = io;
    this.out = out;
    this.err = err;
    this.settings = settings;
    this.signal = io.signal ?? new AbortController().signal;
  }

  get logLevel(): LogLevel | undefined {
    return this.settings.logLevel ?? (this.settings.verbose === true ? 'debug' : undefined);
  }

  path(given: string): string {
    return resolve(this.io.cwd, given);
  }

  /** Those of all vendors that a config may name without bringing a package. */
  async adapters(): Promise<readonly AdapterDescriptor[]> {
    return this.io.adapters ?? [...new Set(await Promise.all(Object.values(vendors).map((load) => load())))];
  }

  /** The config file: `--config`, or the nearest one here or above. Throws `config-invalid` for none. */
  async configPath(): Promise<string> {
    if (this.settings.config !== undefined) return this.path(this.settings.config);
    const [{ findConfig }, { FileSourceError }] = await Promise.all([import('@filesource/container'), import('@filesource/core')]);
    const found = await findConfig(this.io.cwd);
    if (found !== undefined) return found;
    throw new FileSourceError('config-invalid', 'there is no filesource.yaml, filesource.yml or filesource.json here or above', {
      advice: 'Write one with "filesource init", or name it with --config FILE. "filesource sandbox --write-config filesource.yaml" makes one to try.',
    });
  }

  /** What a config may have beside its sources; a schema is loaded only for a config that has the section. */
  get sections(): ConfigSections {
    return { gateway: async () => (await import('@filesource/gateway/settings')).gatewaySchema };
  }

  /** JSON lines on standard error, from the level that was asked for; default: from `otherwise` on, and without that nothing. */
  async logger(otherwise?: LogLevel): Promise<Logger | undefined> {
    const { createJsonLogger } = await import('@filesource/container');
    const level = this.logLevel ?? otherwise;
    return level === undefined ? undefined : createJsonLogger((line) => this.err.tell(escapeControls(line.trimEnd())), { level });
  }

  /** The sources of the config; closed when the run ends. A redactor that is given with the first call learns the config's credentials. */
  sources(redactor?: Redactor): Promise<FileSources> {
    return (this.#sources ??= this.#open(redactor));
  }

  async #open(redactor: Redactor | undefined): Promise<FileSources> {
    const [{ createFileSources }, config, logger] = await Promise.all([import('@filesource/container'), this.configPath(), this.logger()]);
    const { ports, env } = this.io;
    return createFileSources({
      config,
      adapters: this.io.adapters ?? vendors,
      env,
      sections: this.sections,
      ...(ports === undefined && redactor === undefined ? {} : { ports: { ...ports, ...(redactor === undefined ? {} : { redactor }) } }),
      ...(logger === undefined ? {} : { logger }),
    });
  }

  /** The source that a ref names, and the ref's parts. Throws `invalid-argument`. */
  async resolve(text: string): Promise<{ readonly source: FileSource; readonly ref: SourceRef }> {
    const { parseSourceRef, FileSourceError } = await import('@filesource/core');
    const ref = parseSourceRef(text);
    const sources = await this.sources();
    if (sources.names.includes(ref.source)) return { source: sources.get(ref.source), ref };
    throw new FileSourceError('invalid-argument', `there is no source ${JSON.stringify(ref.source)}`, {
      ref: text,
      advice: `The config has: ${sources.names.join(', ')}.`,
    });
  }

  async close(): Promise<void> {
    await (await this.#sources)?.close();
  }
}
