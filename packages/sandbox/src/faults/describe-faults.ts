import { catalogue, kindOf, type FaultName } from './catalogue.ts';
import { targets } from './fault-kind.ts';
import { occasionSettings } from './parse-fault.ts';
import type { Setting } from './settings.ts';

const names = Object.keys(catalogue) as FaultName[];

/** The catalogue for a terminal, one fault a line. */
export function faultHelp(): string {
  const synopses = names.map((name) => [synopsis(name), kindOf(name).does] as const);
  const width = Math.max(...synopses.map(([text]) => text.length)) + 2;
  return [
    'Faults, as kind:name=value,...; of each kind also on=, after=, times=, chance=:',
    ...synopses.map(([text, does]) => `  ${text.padEnd(width)}${does}`),
    `  on: ${Object.keys(targets).join(', ')}; several with +`,
  ].join('\n');
}

/** The catalogue as tables in Markdown. */
export function faultTables(): string {
  return [
    table(
      ['fault', 'what it does', 'settings', 'strikes'],
      names.map((name) => {
        const { does, settings, on } = kindOf(name);
        return [code(name), does, Object.entries(settings).map(([key, setting]) => described(key, setting)).join('; '), on.map(code).join(', ')];
      }),
    ),
    table(['setting of every fault', 'what it says'], Object.entries(occasionSettings).map(([key, setting]) => [code(`${key}=`), `${setting.means}: ${setting.takes}; default ${setting.shownDefault}`])),
    table(['`on=`', 'what that is'], Object.entries(targets).map(([target, means]) => [code(target), means])),
  ].join('\n\n');
}

function synopsis(name: FaultName): string {
  const keys = Object.keys(kindOf(name).settings);
  return keys.length === 0 ? name : `${name}:${keys.map((key) => `${key}=`).join(',')}`;
}

function described(key: string, { means, takes, shownDefault }: Setting<unknown>): string {
  return `${code(`${key}=`)} ${means}: ${takes}; default ${shownDefault}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
