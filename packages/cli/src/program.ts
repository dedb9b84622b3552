import { Command, Option } from 'commander';
import { commandSyntax, type Act } from './command-syntax.ts';
import type { CliContext, GlobalSettings } from './context.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Output } from './output.ts';
import { ownPackage } from './own-package.ts';
import { jsonLine } from './render/safe-text.ts';

export type CommandRun = (settings: GlobalSettings, json: boolean, action: (context: CliContext) => Promise<ExitCode>) => Promise<void>;

export interface ProgramOptions {
  readonly out: Output;
  readonly err: Output;
  /** Tell bad usage as JSON. */
  readonly json: boolean;
  readonly run: CommandRun;
  /** The first argument: where it is a command, no other one is called, and theirs is left out. */
  readonly first?: string | undefined;
}

/** The syntax of the command line. */
export function createProgram({ out, err, json, run, first }: ProgramOptions): Command {
  const program = new Command('filesource')
    .description('One set of commands over vendors\' file APIs: list, inspect, link, download and bulk-download.')
    .version(ownPackage().version, '-V, --version', 'show the version')
    .option('--config <file>', 'config file; default: filesource.yaml, .yml or .json here or above')
    .option('--verbose', 'write log lines as JSON, and the frames of an error, to standard error')
    .addOption(new Option('--log-level <level>', 'write log lines from this level on').choices(['debug', 'info', 'warn', 'error']))
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .configureHelp({ showGlobalOptions: true, styleTitle: (title) => out.style('bold', title) })
    .configureOutput({
      writeOut: (text) => void out.stream.write(text),
      writeErr: (text) => void err.stream.write(text),
      outputError: (text, write) => write(usageError(text, json)),
      getOutHelpWidth: () => out.columns,
      getErrHelpWidth: () => err.columns,
      getOutHasColors: () => out.hasColors,
      getErrHasColors: () => err.hasColors,
    })
    .showHelpAfterError(json ? false : '  → Run it with --help to see how it is used.')
    .exitOverride()
    .addHelpText('after', rootHelp);

  const act: Act =
    <Args extends unknown[]>(load: () => Promise<(context: CliContext, ...args: Args) => Promise<ExitCode>>) =>
    async (...args: [...Args, Command]): Promise<void> => {
      const command = args.at(-1) as Command;
      const own = args.slice(0, -1) as unknown as Args;
      const action = await load();
      await run(program.opts<GlobalSettings>(), command.opts<{ json?: boolean }>().json === true, (context) => action(context, ...own));
    };

  const commands = commandSyntax(program, act);
  const isAlone = first !== undefined && Object.hasOwn(commands, first);
  for (const [name, add] of Object.entries(commands)) if (!isAlone || name === first) add();
  return program;
}

const rootHelp = `
A ref is source:folder or source:folder/file, with the vendor's own ids: contacts:1237, contacts:1237/1757, documents:@my.

Examples:
  $ filesource init                                      your own account; "filesource doctor" checks it
  $ filesource sandbox --write-config filesource.yaml    both vendors to try, on this machine
  $ filesource sources
  $ filesource list contacts:1237
  $ filesource pull contacts:1237 documents:@my --to files --receipt receipt.json

Exit status: 0 done and complete, 1 failed, 2 bad usage or config, 3 finished but incomplete, 130 interrupted.`;

function usageError(text: string, json: boolean): string {
  if (!json) return text.replace(/^error: /, 'filesource: ');
  const message = text.replace(/^error: /, '').trim();
  return `${jsonLine({ error: { kind: 'invalid-argument', status: 'permanent', message } })}\n`;
}
