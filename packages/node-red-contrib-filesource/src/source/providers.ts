import { commonFields, FileSourceError, type AdapterDescriptor } from '@filesource/core';
import { describeProviders, importAdapters, type ProviderDescription, type SettingDescription } from '@filesource/container';
import { credentialKey } from './credential-keys.ts';

/** One provider, as the editor draws it: its own settings first. */
export interface ProviderForm extends Omit<ProviderDescription, 'settings'> {
  readonly settings: readonly SettingForm[];
}

interface SettingForm extends SettingDescription {
  /** One of those that every provider has. */
  readonly isCommon: boolean;
}

/** The vendors that a source may name without bringing a package. */
export async function builtInAdapters(): Promise<readonly AdapterDescriptor[]> {
  const [{ onoffice }, { onlyoffice }] = await Promise.all([import('@filesource/onoffice'), import('@filesource/onlyoffice')]);
  return [onoffice, onlyoffice];
}

/** What the editor can draw, and which of it the runtime must encrypt. */
export class Providers {
  /** The definition that Node-RED is given; it grows with the adapters that somebody names. */
  readonly credentials: Record<string, { type: 'password' }> = {};
  readonly #directory: string;

  /** `directory` is where packages of further adapters are looked for. */
  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * The providers of the built-in adapters and of these packages.
   * - Throws `config-invalid` for a package that is not there or that brings no adapter.
   */
  async forms(packages: readonly string[]): Promise<readonly ProviderForm[]> {
    const { adapters, problems } = await importAdapters(packages, this.#directory);
    const [problem] = problems;
    if (problem !== undefined) throw new FileSourceError('config-invalid', `adapters: ${problem.what}`, { advice: `Install it in ${this.#directory}.` });
    const forms = describeProviders([...(await builtInAdapters()), ...adapters]).map(formOf);
    for (const { name, settings } of forms) {
      for (const setting of settings) if (setting.type === 'secret') this.credentials[credentialKey(name, setting.name)] = { type: 'password' };
    }
    return forms;
  }
}

function formOf(provider: ProviderDescription): ProviderForm {
  const settings = provider.settings.map((setting) => ({ ...setting, isCommon: Object.hasOwn(commonFields, setting.name) }));
  return { ...provider, settings: [...settings.filter(({ isCommon }) => !isCommon), ...settings.filter(({ isCommon }) => isCommon)] };
}
