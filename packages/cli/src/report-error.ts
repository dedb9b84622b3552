import { FileSourceError, toFileSourceError } from '@filesource/core';
import { exitCodeOf, type ExitCode } from './exit-codes.ts';
import type { Output } from './output.ts';
import { jsonLine, safeText } from './render/safe-text.ts';

export interface ReportOptions {
  readonly json: boolean;
  readonly verbose: boolean;
  readonly wasInterrupted: boolean;
}

/**
 * An error as lines for people: where and what, then what to do.
 * - The messages of errors are redacted where they are thrown; here they only lose what a terminal would act on.
 */
export function errorLines(error: FileSourceError, err: Output): readonly string[] {
  const where = error.ref ?? error.source;
  const facts = [error.kind, ...(error.vendorCode === undefined ? [] : [`vendor code ${error.vendorCode}`])].join(', ');
  const prefix = `filesource: ${where === undefined ? '' : `${safeText(where)}: `}`;
  const message = error.message.split('\n').map(safeText).join('\n  ');
  return [
    `${err.style('red', prefix)}${message} ${err.style('dim', `(${safeText(facts)})`)}`,
    ...(error.advice === undefined ? [] : [`  → ${safeText(error.advice)}`]),
  ];
}

/** Tells an error on standard error and gives the exit code for it. */
export function reportError(thrown: unknown, err: Output, options: ReportOptions): ExitCode {
  const error = toFileSourceError(thrown);
  const exitCode = exitCodeOf(error.kind, options.wasInterrupted);
  if (options.wasInterrupted && error.kind === 'aborted') err.tell('filesource: interrupted');
  else for (const line of errorLines(error, err)) err.tell(line);
  if (options.verbose) err.tell(stackOf(error));
  if (options.json) err.tell(jsonLine({ error: error.toJSON() }));
  return exitCode;
}

/** Frames only: a message may repeat what is told above, and a cause is named by its message. */
function stackOf(error: FileSourceError): string {
  const lines: string[] = [];
  for (let cause: unknown = error; cause instanceof Error && lines.length < 80; cause = cause.cause) {
    const frames = (cause.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
    lines.push(`  ${cause === error ? 'thrown' : `caused by ${cause.name}: ${safeText(cause.message)}`}`, ...frames);
  }
  return lines.join('\n');
}
