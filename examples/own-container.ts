// A host with a container of its own: its logger and its HTTP client serve filesource too, and its services get the sources injected.
import 'reflect-metadata';
import { fileSourcesModule, loadConfig, tokens, type FileSources } from '@filesource/container';
import type { Logger } from '@filesource/core';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { Container, inject, injectable } from 'inversify';
import { UndiciTransport } from './undici-transport.ts';

// #region own-container
@injectable()
class ReportService {
  readonly #sources: FileSources;

  constructor(@inject(tokens.fileSources) sources: FileSources) {
    this.#sources = sources;
  }

  /** How many bytes a folder holds; it does not know which vendor keeps them. */
  async bytesIn(source: string, folder: string): Promise<number> {
    let bytes = 0;
    for await (const entry of this.#sources.get(source).list(folder)) if (entry.kind === 'file') bytes += entry.size ?? 0;
    return bytes;
  }
}

const events: string[] = [];
const logger: Logger = { log: (level, event) => void events.push(`${level} ${event}`) };
const transport = new UndiciTransport();

const container = new Container();
container.bind(tokens.logger).toConstantValue(logger);
container.bind(tokens.transport).toConstantValue(transport);
container.bind(ReportService).toSelf().inSingletonScope();
container.load(fileSourcesModule(await loadConfig({ config: 'filesource.yaml', adapters: [onoffice, onlyoffice] })));

const reports = container.get(ReportService);
console.log('contacts:1237 holds', await reports.bytesIn('contacts', '1237'), 'bytes');
console.log('documents:@my holds', await reports.bytesIn('documents', '@my'), 'bytes');
console.log(transport.calls.length, 'exchanges on undici;', events.filter((event) => event.includes('source.list')).length, 'listings logged');

await container.unbindAllAsync(); // closes the sources
await transport.close();
// #endregion
