import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { jsonLine, safeText } from '../render/safe-text.ts';
import { timeText } from '../render/values.ts';

export interface LinkCommandOptions {
  readonly json?: boolean;
  readonly language?: string;
}

const kinds = { file: 'the file itself', page: 'a page for people', archive: 'a finished archive' } as const;

/** The only command that prints a URL that works: to standard output, alone on its line. */
export async function link(context: CliContext, refText: string, options: LinkCommandOptions): Promise<ExitCode> {
  const { source } = await context.resolve(refText);
  const { url, kind, expires, needsCredentials } = await source.link(refText, {
    signal: context.signal,
    ...(options.language === undefined ? {} : { language: options.language }),
  });
  if (options.json === true) {
    await context.out.line(jsonLine({ url, kind, expires: expires?.toISOString() ?? null, needsCredentials }));
    return exitCodes.done;
  }
  await context.out.line(safeText(url));
  const end = expires === null ? 'has no known end' : `works until ${timeText(expires)}`;
  context.err.tell(context.err.style('dim', `  ${kinds[kind]}; ${end}${needsCredentials ? '; opens only for your own account' : ''}`));
  return exitCodes.done;
}
