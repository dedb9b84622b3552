import type { ProviderDescription } from '@filesource/container';
import { FileSourceError, isSourceName } from '@filesource/core';
import { freeName, inOrder, type DraftRequest } from './ask-draft.ts';
import { neededSettings, variableName, type Draft } from './draft.ts';
import { parseSettings } from './parse-settings.ts';

/**
 * The source that the flags describe, without a question: credentials that no flag names become variables.
 * - Throws `invalid-argument` with every flag that is missing.
 */
export function flagDraft(request: DraftRequest, missing: readonly string[] = []): Draft {
  const { providers, set, taken } = request;
  const provider = providers.find(({ name }) => name === request.provider);
  if (provider === undefined) throw missingFlags([...missing, `--provider (one of ${providers.map(({ name }) => name).join(', ')})`]);
  const name = request.name ?? freeName(provider.name, taken);
  const settings: Record<string, unknown> = { ...parseSettings(provider, set) };
  const lacking: string[] = [...missing];
  for (const setting of neededSettings(provider, new Set(Object.keys(settings)))) {
    if (setting.name in settings) continue;
    if (setting.type === 'secret') settings[setting.name] = `\${${variableName(name, setting.name)}}`;
    else lacking.push(`--set ${setting.name}=… (${setting.description})`);
  }
  if (lacking.length > 0) throw missingFlags(lacking);
  return { name, provider, settings: inOrder(provider, settings), secretFiles: [], variables: {}, holdsSecret: false };
}

/** Flags that name what is not there are wrong before anything is asked. */
export function checkFlags({ providers, provider, name }: DraftRequest): void {
  if (provider !== undefined && !providers.some((one: ProviderDescription) => one.name === provider)) {
    throw new FileSourceError('invalid-argument', `there is no provider ${JSON.stringify(provider)}`, { advice: `Choose one of ${providers.map((one) => one.name).join(', ')}.` });
  }
  if (name !== undefined && !isSourceName(name)) {
    throw new FileSourceError('invalid-argument', `${JSON.stringify(name)} is not a source name`, { advice: 'Start with a letter; letters, digits, - and _, at most 64.' });
  }
}

function missingFlags(flags: readonly string[]): FileSourceError {
  return new FileSourceError('invalid-argument', `something is missing that nobody can be asked for: ${flags.join('; ')}`, { advice: 'Give these flags, or run it in a terminal without --yes.' });
}
