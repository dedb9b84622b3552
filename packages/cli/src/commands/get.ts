import type { Readable } from 'node:stream';
import { FileSourceError } from '@filesource/core';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { bytesText } from '../render/values.ts';

/** Nothing but the file's bytes goes to standard output. */
export async function get(context: CliContext, refText: string, options: { readonly to?: string; readonly entry?: string }): Promise<ExitCode> {
  const { source, ref } = await context.resolve(refText);
  const { file } = ref;
  if (file === undefined) {
    throw new FileSourceError('invalid-argument', 'a file is needed, and this is a folder', { ref: refText, advice: 'Write source:folder/file; "filesource pull" fetches whole folders.' });
  }
  if (options.to !== undefined) return save(context, refText, options.to, options.entry);
  const { body } = options.entry === undefined ? await source.open(refText, { signal: context.signal }) : await openEntry(context, refText, options.entry);
  for await (const chunk of body) await context.out.write(chunk as Uint8Array);
  return exitCodes.done;
}

async function openEntry(context: CliContext, refText: string, entry: string): Promise<{ readonly body: Readable }> {
  const { source } = await context.resolve(refText);
  const { openRemoteZip } = await import('@filesource/transfer');
  const zip = await openRemoteZip({ source, ref: refText, signal: context.signal });
  return zip.open(entry);
}

async function save(context: CliContext, refText: string, to: string, entry: string | undefined): Promise<ExitCode> {
  const { source } = await context.resolve(refText);
  const [{ saveFile }, { systemPorts }] = await Promise.all([import('@filesource/transfer'), import('@filesource/container')]);
  const { hashing } = systemPorts();
  const saved = await saveFile({ source, ref: refText, file: context.path(to), signal: context.signal, hashing, ...(entry === undefined ? {} : { entry }) });
  context.err.tell(`${to}: ${bytesText(saved.size)}, sha256 ${saved.sha256}`);
  return exitCodes.done;
}
