import type { ProviderDescription, SettingDescription } from '@filesource/container';
import { isSourceName } from '@filesource/core';
import type { Asker } from './asker.ts';
import { askSecret, type KeptSecret } from './ask-secret.ts';
import { neededSettings, type Draft } from './draft.ts';
import { parseSettings } from './parse-settings.ts';

export interface DraftRequest {
  readonly providers: readonly ProviderDescription[];
  readonly provider?: string | undefined;
  readonly name?: string | undefined;
  readonly set: readonly string[];
  /** Names that are in the config already. */
  readonly taken: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True for a secret file that is there already. */
  readonly exists: (path: string) => Promise<boolean>;
}

/** Asks for what the flags did not tell; settings with a default stay at it, addresses excepted. */
export async function askDraft(ask: Asker, request: DraftRequest): Promise<Draft> {
  const provider = await askProvider(ask, request);
  const given = parseSettings(provider, request.set);
  const name = request.name ?? (await askName(ask, provider, request.taken));
  const settings: Record<string, unknown> = { ...given };
  const kept: KeptSecret[] = [];
  for (const setting of await settingsToAsk(ask, provider, given)) {
    if (setting.type === 'secret') {
      const secret = await askSecret(ask, { source: name, setting, env: request.env, exists: request.exists });
      kept.push(secret);
      settings[setting.name] = secret.value;
    } else {
      const answer = await askSetting(ask, setting);
      if (answer !== asText(setting.default)) settings[setting.name] = parseSettings(provider, [`${setting.name}=${answer}`])[setting.name];
    }
  }
  return {
    name,
    provider,
    settings: inOrder(provider, settings),
    secretFiles: kept.flatMap(({ file }) => (file === undefined ? [] : [file])),
    variables: Object.assign({}, ...kept.map(({ variables }) => variables)) as Record<string, string>,
    holdsSecret: kept.some(({ isLiteral }) => isLiteral),
  };
}

async function askProvider(ask: Asker, { providers, provider }: DraftRequest): Promise<ProviderDescription> {
  const name = provider ?? (await ask.select('What kind of source?', providers.map((one) => ({ value: one.name, name: `${one.name}: ${one.title}` }))));
  return providers.find((one) => one.name === name) as ProviderDescription;
}

function askName(ask: Asker, provider: ProviderDescription, taken: readonly string[]): Promise<string> {
  return ask.text('Its name, which starts every ref (name:folder/file)', {
    default: freeName(provider.name, taken),
    check: (answer) => {
      if (!isSourceName(answer)) return 'Start with a letter; letters, digits, - and _.';
      return taken.includes(answer) ? 'The config has a source of that name already.' : undefined;
    },
  });
}

/** The provider's own name, with a number where it is taken. */
export function freeName(name: string, taken: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!taken.includes(candidate)) return candidate;
  }
}

async function settingsToAsk(ask: Asker, provider: ProviderDescription, given: Readonly<Record<string, unknown>>): Promise<readonly SettingDescription[]> {
  const known = new Set(Object.keys(given));
  const isBegun = provider.alternatives.some((group) => group.some((name) => known.has(name)));
  const chosen = provider.alternatives.length === 0 || isBegun ? undefined : (await ask.select('How does it sign in?', provider.alternatives.map((group) => ({ value: group.join(','), name: group.join(' and ') })))).split(',');
  const needed = new Set(neededSettings(provider, known, chosen).map(({ name }) => name));
  return provider.settings.filter(({ name, type }) => !known.has(name) && (needed.has(name) || type === 'url'));
}

function askSetting(ask: Asker, { name, description, type, choices = [], default: initial }: SettingDescription): Promise<string> {
  const first = initial === undefined ? {} : { default: asText(initial) };
  if (type === 'choice') return ask.select(`${name}: ${description}`, choices.map((choice) => ({ value: choice, name: choice })), first.default);
  return ask.text(`${name}: ${description}`, {
    ...first,
    check: (answer) => {
      if (answer === '') return 'It must not be empty.';
      return type === 'url' && !/^https?:\/\/|^\$\{/.test(answer) ? 'An absolute address is needed: https://…' : undefined;
    },
  });
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** As the schema has them, so that configs look alike. */
export function inOrder(provider: ProviderDescription, settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(provider.settings.flatMap(({ name }) => (name in settings ? [[name, settings[name]]] : [])));
}
