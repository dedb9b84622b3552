export type { CliIo, TerminalStream } from './cli-io.ts';
export { exitCodes, type ExitCode } from './exit-codes.ts';
export { runCli } from './run-cli.ts';
