import type { ProviderDescription, SettingDescription } from '@filesource/container';
import { FileSourceError } from '@filesource/core';

/** Only a name: a default behind it would be the credential itself. */
const reference = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/;

/**
 * The `key=value` of the command line as settings.
 * - A credential may only be a reference: what stands on a command line is seen by everybody on the machine.
 * - Throws `invalid-argument`, without the value of a credential.
 */
export function parseSettings(provider: ProviderDescription, pairs: readonly string[]): Readonly<Record<string, unknown>> {
  const settings: Record<string, unknown> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = at < 0 ? pair : pair.slice(0, at);
    const setting = provider.settings.find((one) => one.name === name);
    if (setting === undefined) throw invalid(`${provider.name} has no setting ${JSON.stringify(name)}`, `It has: ${provider.settings.map((one) => one.name).join(', ')}.`);
    if (at < 0) throw invalid(`--set ${name} has no value`, `Write --set ${name}=VALUE.`);
    const value = valueOf(setting, pair.slice(at + 1));
    const earlier = settings[name];
    settings[name] = Array.isArray(earlier) && Array.isArray(value) ? [...(earlier as unknown[]), ...(value as unknown[])] : value;
  }
  return settings;
}

function valueOf(setting: SettingDescription, text: string): unknown {
  const { name, type } = setting;
  if (type === 'secret') {
    if (reference.test(text) || (text.startsWith('file:') && text.length > 'file:'.length)) return text;
    throw invalid(`--set ${name}: a credential on a command line can be seen by everybody on this machine, and stays in the shell's history`, `Give a reference: --set ${name}='\${NAME}' for an environment variable (in single quotes), or --set ${name}=file:PATH for a file.`);
  }
  if (reference.test(text)) return text;
  if (type === 'whole-number' || type === 'number') {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value)) throw invalid(`--set ${name}: expected a number`);
    return value;
  }
  if (type === 'boolean') {
    if (text !== 'true' && text !== 'false') throw invalid(`--set ${name}: expected true or false`);
    return text === 'true';
  }
  if (type === 'list') return text === '' ? [] : text.split(',').map((item) => item.trim());
  return type === 'other' ? jsonOf(name, text) : text;
}

function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw invalid(`--set ${name}: expected JSON`);
  }
}

function invalid(message: string, advice?: string): FileSourceError {
  return new FileSourceError('invalid-argument', message, advice === undefined ? {} : { advice });
}
