import { entryToJson } from '@filesource/core';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { jsonLine, safeText } from '../render/safe-text.ts';
import { Table } from '../render/table.ts';
import { bytesText } from '../render/values.ts';

export async function stat(context: CliContext, refText: string, options: { readonly json?: boolean }): Promise<ExitCode> {
  const { source } = await context.resolve(refText);
  const entry = await source.stat(refText, { signal: context.signal });
  const { out } = context;
  if (options.json === true) {
    await out.line(jsonLine(entryToJson(entry)));
    return exitCodes.done;
  }
  const facts: [string, string | null][] = [
    ['name', entry.name],
    ['kind', entry.kind],
    ['ref', entry.ref],
    ['modified', entry.modified?.toISOString() ?? null],
  ];
  if (entry.kind === 'file') facts.push(['size', entry.size === null ? null : `${bytesText(entry.size)} (${entry.size} bytes)`], ['media type', entry.mediaType]);
  else facts.push(['entries', entry.entryCount === null ? null : String(entry.entryCount)]);
  const table = new Table([{ title: '' }, { title: '' }]);
  for (const line of table.lines(facts.map(([name, value]) => [name, value === null ? 'not told by the vendor' : safeText(value)]))) await out.line(line);
  return exitCodes.done;
}
