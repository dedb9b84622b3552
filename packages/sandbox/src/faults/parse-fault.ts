import { catalogue, kindOf, type FaultName, type SandboxFault } from './catalogue.ts';
import { targets, type Target } from './fault-kind.ts';
import { share, wholeNumber, type Setting } from './settings.ts';

const most = 1_000_000_000;

/** What every fault can be told besides its own settings. */
export const occasionSettings: Readonly<Record<'on' | 'after' | 'times' | 'chance', Setting<unknown>>> = {
  on: {
    means: 'what it strikes',
    takes: `${Object.keys(targets).join(', ')}; several with +`,
    byDefault: undefined,
    shownDefault: 'by fault',
    parse: parseTargets,
  },
  after: wholeNumber('how many requests pass first', { min: 0, max: most, byDefault: 0 }),
  times: { ...wholeNumber('how often it strikes', { min: 1, max: most, byDefault: 1 }), shownDefault: 'always' },
  chance: share('how likely it strikes when it could'),
};

/**
 * A fault from its text form: `kind` or `kind:name=value,name=value`.
 * - Throws a RangeError that says what is wrong and what would be right.
 */
export function parseFault(text: string): SandboxFault {
  const [, name = '', rest] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  if (!isFaultName(name)) throw new RangeError(`There is no fault ${JSON.stringify(name)}. There are: ${Object.keys(catalogue).join(', ')}.`);
  const known: Readonly<Record<string, Setting<unknown>>> = { ...kindOf(name).settings, ...occasionSettings };
  const told: Record<string, unknown> = {};
  for (const part of rest === undefined ? [] : rest.split(',')) {
    const [, key = '', value = ''] = /^([^=]*)=(.*)$/s.exec(part) ?? [];
    const setting = Object.hasOwn(known, key) ? known[key] : undefined;
    if (setting === undefined) throw new RangeError(`${name} takes name=value with ${Object.keys(known).join(', ')}, not ${JSON.stringify(part)}.`);
    if (Object.hasOwn(told, key)) throw new RangeError(`${name} is told ${key} twice.`);
    const parsed = setting.parse(value);
    if (parsed === undefined) throw new RangeError(`${key} of ${name} takes ${setting.takes}, not ${JSON.stringify(value)}.`);
    told[key] = parsed;
  }
  return { kind: name, ...told };
}

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(catalogue, name);
}

function parseTargets(text: string): readonly Target[] | undefined {
  const names = text.split('+');
  return names.every((name): name is Target => Object.hasOwn(targets, name)) ? names : undefined;
}
