import { FileSourceError, toFileSourceError } from '@filesource/core';
import { exitCodeOf, type ExitCode } from './exit-codes.ts';
import { OutputFailed, type Output } from './output.ts';
import { jsonLine, safeText } from './render/safe-text.ts';

export interface ReportOptions {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly wasInterrupted: boolean;
}

/** Tells an error on standard error, for people or as one JSON object, and gives the exit code for it. */
export function reportError(thrown: unknown, err: Output, { json, verbose, wasInterrupted }: ReportOptions): ExitCode {
  const error = thrown instanceof OutputFailed ? new FileSourceError('target-failed', `standard output cannot be written: ${thrown.message}`) : toFileSourceError(thrown);
  const frames = verbose ? framesOf(error) : [];
  if (json) err.tell(jsonLine({ error: { ...error.toJSON(), ...(verbose ? { frames } : {}) } }));
  else {
    const isInterrupt = wasInterrupted && error.kind === 'aborted';
    const lines = isInterrupt ? ['filesource: interrupted'] : errorLines(error, err);
    for (const line of [...lines, ...frames]) err.tell(line);
  }
  return exitCodeOf(error, wasInterrupted);
}

/**
 * An error as lines for people: where and what, then what to do.
 * - The messages of errors are redacted where they are thrown; here they only lose what a terminal would act on.
 */
export function errorLines(error: FileSourceError, err: Output): readonly string[] {
  const where = error.ref ?? error.source;
  const code = error.vendorCode === undefined ? '' : `; vendor code ${safeText(error.vendorCode)}`;
  const prefix = `filesource: ${where === undefined ? '' : `${safeText(where)}: `}`;
  const message = error.message.split('\n').map(safeText).join('\n  ');
  return [
    `${err.style('red', prefix)}${message}${code} ${err.style('dim', `(${error.kind})`)}`,
    ...(error.advice === undefined ? [] : [`  → ${safeText(error.advice)}`]),
  ];
}

/** Where it was thrown, and what caused it: no fields, and no message twice. */
function framesOf(error: FileSourceError): readonly string[] {
  const lines: string[] = [];
  for (let cause: unknown = error; cause instanceof Error && lines.length < 80; cause = cause.cause) {
    if (cause !== error) lines.push(`  caused by ${safeText(`${cause.name}: ${cause.message}`)}`);
    lines.push(...(cause.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')));
  }
  return lines;
}
