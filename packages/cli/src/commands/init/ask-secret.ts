import type { SettingDescription } from '@filesource/container';
import type { Asker } from './asker.ts';
import { variableName, type SecretFile } from './draft.ts';

export interface KeptSecret {
  /** What the config holds: a reference, or the secret where that was asked for. */
  readonly value: string;
  readonly file?: SecretFile;
  readonly variables: Readonly<Record<string, string>>;
  readonly isLiteral: boolean;
}

export interface SecretQuestion {
  readonly source: string;
  readonly setting: SettingDescription;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exists: (path: string) => Promise<boolean>;
}

/** Where a credential is kept: an environment variable unless the person wants it otherwise. */
export async function askSecret(ask: Asker, question: SecretQuestion): Promise<KeptSecret> {
  const { setting } = question;
  const where = await ask.select(`${setting.name} (${setting.description}): where is it kept?`, [
    { value: 'variable', name: 'in an environment variable' },
    { value: 'file', name: 'in a file of its own, readable for you only' },
    { value: 'config', name: 'in the config itself (whoever reads the config has it)' },
  ]);
  if (where === 'file') return inFile(ask, question);
  if (where === 'config' && (await ask.confirm('The config then holds the secret in plain text, also in backups and version control. Really?', false))) return inConfig(ask, question);
  return inVariable(ask, question);
}

async function inVariable(ask: Asker, { source, setting, env }: SecretQuestion): Promise<KeptSecret> {
  const variable = await ask.text('Name of the variable', { default: variableName(source, setting.name), check: (answer) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(answer) ? undefined : 'Letters, digits and _, and no digit first.') });
  const kept = { value: `\${${variable}}`, isLiteral: false };
  if ((env[variable] ?? '') !== '') return { ...kept, variables: {} };
  const value = await ask.secret(`${variable} is not set. Its value, to try the connection now (kept nowhere; Enter to leave that out)`, { isOptional: true });
  return { ...kept, variables: value === '' ? {} : { [variable]: value } };
}

async function inFile(ask: Asker, { source, setting, exists }: SecretQuestion): Promise<KeptSecret> {
  const path = await ask.text('Path of the file, from the folder of the config', { default: `secrets/${source}-${setting.name}`, check: (answer) => (answer === '' ? 'It must not be empty.' : undefined) });
  const kept = { value: `file:${path}`, variables: {}, isLiteral: false };
  if (await exists(path)) return kept;
  return { ...kept, file: { path, value: await ask.secret(`Value of ${setting.name}`, { isOptional: false }) } };
}

/** Two characters of a config text have a meaning of their own there. */
async function inConfig(ask: Asker, { setting }: SecretQuestion): Promise<KeptSecret> {
  const value = await ask.secret(`Value of ${setting.name}`, { isOptional: false });
  return { value: value.replaceAll('${', '$${'), variables: {}, isLiteral: true };
}
