import { capabilityNames, type CapabilityName, type FileSource, type Support } from '@filesource/core';
import type { CliContext } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { jsonLine, safeText } from '../render/safe-text.ts';
import { Table } from '../render/table.ts';

const titles: Readonly<Record<CapabilityName, string>> = {
  list: 'LIST',
  stat: 'STAT',
  open: 'GET',
  openRange: 'RANGE',
  linkFile: 'LINK',
  linkFolder: 'FOLDER LINK',
  archive: 'ARCHIVE',
  archiveConvert: 'CONVERT',
  archiveCancel: 'CANCEL',
  archiveAttach: 'ATTACH',
};

const words: Readonly<Record<Support['support'], string>> = { native: 'yes', emulated: 'made here', unsupported: 'no' };

export async function sources(context: CliContext, options: { readonly json?: boolean }): Promise<ExitCode> {
  const { out } = context;
  const all = [...(await context.sources()).all()];
  if (options.json === true) {
    for (const { name, provider, capabilities } of all) await out.line(jsonLine({ name, provider, capabilities }));
    return exitCodes.done;
  }
  const table = new Table([{ title: 'SOURCE' }, { title: 'PROVIDER' }, ...capabilityNames.map((name) => ({ title: titles[name] }))]);
  const rows = all.map((source) => [safeText(source.name), safeText(source.provider), ...capabilityNames.map((name) => words[source.capabilities[name].support])]);
  table.fit(rows);
  await out.line(out.style('bold', table.header()));
  for (const line of table.lines(rows)) await out.line(line);
  const notes = all.flatMap(notesOf);
  if (notes.length > 0) await out.line();
  for (const note of notes) await out.line(out.style('dim', safeText(note)));
  return exitCodes.done;
}

function notesOf({ name, capabilities }: FileSource): readonly string[] {
  const notes = capabilityNames.flatMap((capability) => {
    const text = explanation(capabilities[capability]);
    return text === undefined ? [] : [`${name}: ${titles[capability].toLowerCase()}: ${text}`];
  });
  const { maxContentBytes } = capabilities.limits;
  if (maxContentBytes !== null) notes.push(`${name}: get: files up to ${maxContentBytes} bytes${capabilities.openInMemory ? ', each held in memory while it is read' : ''}`);
  return notes;
}

function explanation(support: Support): string | undefined {
  if (support.support === 'emulated') return `made here: ${support.cost}`;
  return support.support === 'unsupported' ? `no: ${support.reason}` : support.note;
}
