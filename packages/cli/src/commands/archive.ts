import { FileSourceError, type FileSource } from '@filesource/core';
import type { CliContext } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { runTransfer } from '../transfer-command.ts';
import { detach } from './detach.ts';
import { limitsOf, type LimitOptions } from './limits.ts';

export interface ArchiveCommandOptions extends LimitOptions {
  readonly to?: string;
  readonly extract?: string;
  readonly receipt?: string;
  readonly convert?: Readonly<Record<string, string>>;
  readonly json?: boolean;
  readonly detach?: boolean;
}

export async function archive(context: CliContext, refs: readonly string[], options: ArchiveCommandOptions): Promise<ExitCode> {
  if (options.detach === true) {
    if (options.to !== undefined || options.extract !== undefined || options.receipt !== undefined) {
      throw new FileSourceError('invalid-argument', '--detach goes with neither --to nor --extract nor --receipt', { advice: 'Name the target when you attach: filesource operation attach TOKEN --to FILE.' });
    }
    return detach(context, await sourceOf(context, refs), refs, options);
  }
  const target = targetOf(options);
  const source = await sourceOf(context, refs);
  const [{ fetchArchive }, { nodeHashing: hashing, systemClock: clock }] = await Promise.all([import('@filesource/transfer'), import('@filesource/container')]);
  const [kind, path] = target;
  return runTransfer(context, {
    label: 'archive',
    json: options.json === true,
    isDryRun: false,
    target: path,
    receiptFile: options.receipt,
    refs,
    // An archive that is made here has no vendor's progress; its operation is done at once.
    run: (onEvent) =>
      fetchArchive({
        source,
        refs,
        to: kind === 'file' ? { file: context.path(path) } : { directory: context.path(path) },
        signal: context.signal,
        clock,
        hashing,
        limits: limitsOf(options),
        onEvent: (event) => {
          if (event.type !== 'operation-progress' || source.capabilities.archive.support === 'native') onEvent(event);
        },
        ...(options.convert === undefined ? {} : { convert: options.convert }),
        ...(options.receipt === undefined ? {} : { receiptFile: context.path(options.receipt) }),
      }),
  });
}

/** The one source that all refs are of. */
async function sourceOf(context: CliContext, refs: readonly string[]): Promise<FileSource> {
  const resolved = await Promise.all(refs.map((ref) => context.resolve(ref)));
  const names = [...new Set(resolved.map(({ source }) => source.name))];
  const source = resolved[0]?.source;
  if (source !== undefined && names.length === 1) return source;
  throw new FileSourceError('invalid-argument', `an archive takes files and folders of one source, not of ${names.join(' and ')}`, {
    advice: 'Make one archive for each source, or use "filesource pull", which takes several.',
  });
}

export function targetOf({ to, extract }: Pick<ArchiveCommandOptions, 'to' | 'extract'>): readonly ['file' | 'directory', string] {
  if (to !== undefined && extract === undefined) return ['file', to];
  if (extract !== undefined && to === undefined) return ['directory', extract];
  throw new FileSourceError('invalid-argument', 'an archive needs either --to FILE or --extract DIR', { advice: 'Name exactly one of them.' });
}
