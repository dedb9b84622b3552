import { formatRef, parseOperationToken, toFileSourceError, type Archive, type FileSource, type FileSourceError, type Operation, type OperationToken } from '@filesource/core';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { jsonLine, safeText } from '../render/safe-text.ts';
import { Table } from '../render/table.ts';
import { runTransfer } from '../transfer-command.ts';
import { targetOf } from './archive.ts';
import { limitsOf, type LimitOptions } from './limits.ts';
import { operationJson } from './operation-json.ts';

interface JsonOption {
  readonly json?: boolean;
}

export interface AttachCommandOptions extends JsonOption, LimitOptions {
  readonly to?: string;
  readonly extract?: string;
  readonly receipt?: string;
}

/** One look. An operation that failed is shown, and then is the error of the command. */
export async function operationStatus(context: CliContext, text: string, { json }: JsonOption): Promise<ExitCode> {
  const { source } = await sourceOf(context, text);
  const operation = await source.attach(text, { signal: context.signal });
  const failure = operation.progress.status === 'failed' ? await failureOf(operation) : undefined;
  const { out, err } = context;
  const facts = operationJson(source, operation, text, failure?.toJSON());
  if (json === true) await out.line(jsonLine(facts));
  else {
    const { status, percent, processed, started, token } = facts;
    const rows: [string, string][] = [
      ['status', status],
      ['progress', percent === null ? 'not told by the vendor' : `${percent} %`],
      ['processed', processed === null ? 'not told by the vendor' : String(processed)],
      ['source', source.name],
      ['started', started],
      ...(token !== null && isNew(token, text) ? [['token', token] satisfies [string, string]] : []),
    ];
    const table = new Table([{ title: '' }, { title: '' }]);
    for (const line of table.lines(rows.map(([name, value]) => [name, safeText(value)]))) await out.line(line);
    if (token === null) err.tell('filesource: the vendor has told the end, tells it once, and told it in a way that fits into no token\n  → Start the archive again.');
    else if (isNew(token, text)) err.tell('filesource: the vendor has told the end, and tells it once\n  → Go on with the token above; the earlier one is used up.');
  }
  if (failure !== undefined) throw failure;
  return exitCodes.done;
}

/** Waits, fetches and proves as `archive` does. Whoever gives up leaves the operation alone. */
export async function operationAttach(context: CliContext, text: string, options: AttachCommandOptions): Promise<ExitCode> {
  const [kind, path] = targetOf(options);
  const { source, token } = await sourceOf(context, text);
  const { folders, files, convert } = token.handle.selection;
  const [{ fetchArchive }, { nodeHashing: hashing, systemClock: clock }] = await Promise.all([import('@filesource/transfer'), import('@filesource/container')]);
  const { signal } = context;
  let operation: Operation<Archive> | undefined;
  try {
    return await runTransfer(context, {
      label: 'archive',
      json: options.json === true,
      isDryRun: false,
      target: path,
      receiptFile: options.receipt,
      refs: [...folders.map((folder) => ({ folder })), ...files].map((ref) => formatRef(source.name, ref)),
      run: (onEvent) =>
        fetchArchive({
          source,
          operation: async () => (operation = await source.attach(text, { signal })),
          convert: Object.fromEntries(convert),
          to: kind === 'file' ? { file: context.path(path) } : { directory: context.path(path) },
          signal,
          clock,
          hashing,
          limits: limitsOf(options),
          onEvent,
          ...(options.receipt === undefined ? {} : { receiptFile: context.path(options.receipt) }),
        }),
    });
  } catch (error) {
    if (operation !== undefined) tellHowToGoOn(context, operation, text, options);
    throw error;
  }
}

export async function operationCancel(context: CliContext, text: string, { json }: JsonOption): Promise<ExitCode> {
  const { source } = await sourceOf(context, text);
  const operation = await source.attach(text, { signal: context.signal });
  const wasRunning = operation.progress.status === 'running';
  await operation.cancel({ signal: context.signal });
  const facts = operationJson(source, operation, text);
  if (json === true) await context.out.line(jsonLine(facts));
  else if (wasRunning) context.err.tell('operation: cancelled');
  else {
    context.err.tell(`operation: had ended already: ${facts.status}`);
    if (facts.token !== null && isNew(facts.token, text)) await context.out.line(facts.token);
  }
  return exitCodes.done;
}

/** Throws `invalid-argument` for what is no token, and for one whose source the config does not have. */
async function sourceOf(context: CliContext, text: string): Promise<{ readonly source: FileSource; readonly token: OperationToken }> {
  const token = parseOperationToken(text);
  const sources = await context.sources();
  return { source: sources.get(token.source), token };
}

async function failureOf(operation: Operation<Archive>): Promise<FileSourceError | undefined> {
  try {
    await operation.result();
    return undefined;
  } catch (error) {
    return toFileSourceError(error);
  }
}

/** The vendor told the end, and only the token that holds what it told leads on. */
function isNew(token: string, asked: string): boolean {
  return token !== asked.trim();
}

function tellHowToGoOn({ out, err }: CliContext, operation: Operation<Archive>, asked: string, { json }: JsonOption): void {
  const { progress, token } = operation;
  if (progress.status === 'running') {
    if (json !== true) err.tell('archive: the operation goes on at the vendor; attach again with the same token');
    return;
  }
  if (progress.status !== 'succeeded' || token === null || !isNew(token, asked)) return;
  if (json === true) out.tell(jsonLine({ type: 'operation', status: progress.status, token }));
  else err.tell(`archive: the vendor has told the end, and tells it once; go on with this token:\n${token}`);
}
