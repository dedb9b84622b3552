import { FileSourceError, type FileSource } from '@filesource/core';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { jsonLine } from '../render/safe-text.ts';
import { operationJson } from './operation-json.ts';

export interface DetachOptions {
  readonly convert?: Readonly<Record<string, string>>;
  readonly json?: boolean;
}

/** Starts an archive and prints what another process attaches by: the token, alone on standard output. */
export async function detach(context: CliContext, source: FileSource, refs: readonly string[], { convert, json }: DetachOptions): Promise<ExitCode> {
  const { out, err, signal } = context;
  const operation = await source.archive(refs, { needsToken: true, onItemError: 'skip', signal, ...(convert === undefined ? {} : { convert }) });
  const { token } = operation;
  if (token === null) {
    throw new FileSourceError('unsupported', 'there is nothing to come back to: the vendor needed no operation for this, or gives none that can be told', {
      source: source.name,
      advice: 'Fetch it at once, with --to or --extract.',
    });
  }
  if (json === true) {
    await out.line(jsonLine(operationJson(source, operation, token)));
    return exitCodes.done;
  }
  await out.line(token);
  err.tell(err.style('dim', '  started; go on with "filesource operation status|attach|cancel" and this token'));
  return exitCodes.done;
}
