import { entryToJson, type SourceEntry } from '@filesource/core';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { jsonLine, safeText } from '../render/safe-text.ts';
import { Table } from '../render/table.ts';
import { bytesText, timeText } from '../render/values.ts';

export interface ListOptions {
  readonly json?: boolean;
  readonly limit?: number;
}

export async function list(context: CliContext, refText: string, options: ListOptions): Promise<ExitCode> {
  const { source } = await context.resolve(refText);
  const { signal, out } = context;
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  const pageSize = Math.min(limit, source.capabilities.limits.maxPageSize);
  const table = new Table([{ title: 'KIND', minWidth: 6 }, { title: 'REF' }, { title: 'SIZE', align: 'right', minWidth: 7 }, { title: 'MODIFIED', minWidth: 16 }, { title: 'NAME' }]);
  let count = 0;
  for await (const page of source.list(refText, { signal, pageSize, readAhead: options.limit === undefined }).byPage()) {
    const entries = page.items.slice(0, limit - count);
    if (options.json === true) await out.lines(entries.map((entry) => jsonLine(entryToJson(entry))));
    else {
      const lines = table.lines(entries.map(rowOf));
      await out.lines(count === 0 && lines.length > 0 ? [out.style('bold', table.header()), ...lines] : lines);
    }
    count += entries.length;
    if (count >= limit) break;
  }
  if (count === 0 && options.json !== true) context.err.tell(`${refText}: no files and no folders`);
  return exitCodes.done;
}

function rowOf(entry: SourceEntry): readonly string[] {
  const size = entry.kind === 'file' ? bytesText(entry.size) : '-';
  return [entry.kind, safeText(entry.ref), size, timeText(entry.modified), safeText(entry.name)];
}
