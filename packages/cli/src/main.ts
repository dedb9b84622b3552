import { exitCodes } from './exit-codes.ts';
import { runCli } from './run-cli.ts';

const interrupted = new AbortController();

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    if (interrupted.signal.aborted) process.exit(exitCodes.interrupted);
    interrupted.abort();
  });
}

for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    const text = error instanceof Error ? `${error.name} (${process.argv.includes('--verbose') ? (error.stack ?? '') : 'run with --verbose for more'})` : 'unknown';
    process.stderr.write(`filesource: something unexpected went wrong: ${text}\n`);
    process.exit(exitCodes.failed);
  });
}

async function main(): Promise<void> {
  const exitCode = await runCli({
    argv: process.argv.slice(2),
    // Opened only by a command that reads it.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    signal: interrupted.signal,
  });
  // What is written must be read before the process ends; what is still open must not keep it, nor who does not read after a signal.
  const wasRead = Promise.all([process.stdout, process.stderr].map((stream) => new Promise<void>((resolve) => stream.write('', () => resolve()))));
  await Promise.race([wasRead, aWhileAfter(interrupted.signal)]);
  process.exit(exitCode);
}

function aWhileAfter(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wait = (): void => void setTimeout(resolve, 1_000);
    if (signal.aborted) wait();
    else signal.addEventListener('abort', wait, { once: true });
  });
}

// Not awaited up here: the bundle is CommonJS.
void main();
