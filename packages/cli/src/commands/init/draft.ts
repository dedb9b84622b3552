import type { ProviderDescription, SettingDescription } from '@filesource/container';

/** A secret that goes into a file of its own. */
export interface SecretFile {
  /** As the config names it: relative to the folder of the config. */
  readonly path: string;
  readonly value: string;
}

/** A source on its way into the config. */
export interface Draft {
  readonly name: string;
  readonly provider: ProviderDescription;
  /** As the file shall hold them. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secretFiles: readonly SecretFile[];
  /** Values of variables that were typed to try the connection; kept nowhere. */
  readonly variables: Readonly<Record<string, string>>;
  /** The config holds a secret itself, because that was asked for. */
  readonly holdsSecret: boolean;
}

/** `contacts` and `apiKey` give `CONTACTS_API_KEY`. */
export function variableName(source: string, setting: string): string {
  const words = `${source}_${setting.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')}`;
  return words.replaceAll(/[^A-Za-z0-9]+/g, '_').toUpperCase();
}

/**
 * The settings that have to be given: those that the schema requires, and of its alternatives one group.
 * - The group that has most of what is given already counts, else the first.
 */
export function neededSettings({ settings, alternatives }: ProviderDescription, given: ReadonlySet<string>, chosen?: readonly string[]): readonly SettingDescription[] {
  const hits = (group: readonly string[]): number => group.filter((name) => given.has(name)).length;
  const group = chosen ?? alternatives.reduce<readonly string[]>((best, other) => (hits(other) > hits(best) ? other : best), alternatives[0] ?? []);
  return settings.filter(({ name, isRequired }) => isRequired || group.includes(name));
}
