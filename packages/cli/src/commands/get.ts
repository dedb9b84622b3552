import type { Readable } from 'node:stream';
import { FileSourceError } from '@filesource/core';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { bytesText } from '../render/values.ts';
import { limitsOf, type LimitOptions } from './limits.ts';

export interface GetCommandOptions extends LimitOptions {
  readonly to?: string;
  readonly entry?: string;
}

/** Nothing but the file's bytes goes to standard output. */
export async function get(context: CliContext, refText: string, options: GetCommandOptions): Promise<ExitCode> {
  const { source, ref } = await context.resolve(refText);
  const { file } = ref;
  if (file === undefined) {
    throw new FileSourceError('invalid-argument', 'a file is needed, and this is a folder', { ref: refText, advice: 'Write source:folder/file; "filesource pull" fetches whole folders.' });
  }
  if (options.entry === undefined && Object.keys(limitsOf(options)).length > 0) {
    throw new FileSourceError('invalid-argument', '--max-entries, --max-bytes and --max-ratio are for an entry of a ZIP', { advice: 'Name it with --entry PATH, or leave them out.' });
  }
  if (options.to !== undefined) return save(context, refText, options.to, options);
  const { body } = options.entry === undefined ? await source.open(refText, { signal: context.signal }) : await openEntry(context, refText, options.entry, options);
  for await (const chunk of body) await context.out.write(chunk as Uint8Array);
  return exitCodes.done;
}

async function openEntry(context: CliContext, refText: string, entry: string, limits: LimitOptions): Promise<{ readonly body: Readable }> {
  const { source } = await context.resolve(refText);
  const { openRemoteZip } = await import('@filesource/transfer');
  const zip = await openRemoteZip({ source, ref: refText, signal: context.signal, limits: limitsOf(limits) });
  return zip.open(entry);
}

async function save(context: CliContext, refText: string, to: string, options: GetCommandOptions): Promise<ExitCode> {
  const { source } = await context.resolve(refText);
  const [{ saveFile }, { nodeHashing: hashing, systemClock: clock }] = await Promise.all([import('@filesource/transfer'), import('@filesource/container')]);
  const saved = await saveFile({ source, ref: refText, file: context.path(to), signal: context.signal, hashing, clock, limits: limitsOf(options), ...(options.entry === undefined ? {} : { entry: options.entry }) });
  context.err.tell(`${to}: ${bytesText(saved.size)}, sha256 ${saved.sha256}`);
  return exitCodes.done;
}
