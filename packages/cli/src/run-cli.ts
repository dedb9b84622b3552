import { CommanderError } from 'commander';
import type { CliIo } from './cli-io.ts';
import { CliContext } from './context.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { Output, OutputClosed } from './output.ts';
import { createProgram, type CommandRun } from './program.ts';

/** Runs one command line and gives its exit code; never throws, and touches nothing but what `io` brings. */
export async function runCli(io: CliIo): Promise<ExitCode> {
  const out = new Output(io.stdout, io.env);
  const err = new Output(io.stderr, io.env);
  let exitCode: ExitCode = exitCodes.done;
  let current: { readonly context: CliContext; readonly json: boolean } | undefined;
  const run: CommandRun = async (settings, json, action) => {
    const context = new CliContext(io, out, err, settings);
    current = { context, json };
    exitCode = await action(context);
  };
  try {
    await createProgram({ out, err, json: io.argv.includes('--json'), run, first: io.argv[0] }).parseAsync([...io.argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof OutputClosed) return exitCodes.done;
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    const { reportError } = await import('./report-error.ts');
    return reportError(error, err, {
      json: current?.json === true,
      verbose: current?.context.settings.verbose === true,
      wasInterrupted: io.signal?.aborted === true,
    });
  } finally {
    await current?.context.close().catch(() => undefined);
  }
}
