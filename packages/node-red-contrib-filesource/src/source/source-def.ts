import type { NodeDef } from 'node-red';

export interface FileSourceDef extends NodeDef {
  /** `settings`: what the editor's form holds; `file`: a source of a config file on the server. */
  readonly mode?: 'settings' | 'file';
  readonly provider?: string;
  /** By provider, then by setting: a source whose provider is changed keeps what was filled in before. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Packages of further adapters, with commas between. */
  readonly adapters?: string;
  readonly configFile?: string;
  /** Which source of the config file. */
  readonly sourceName?: string;
}

export function packageNames(text: string | undefined): readonly string[] {
  return (text ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '');
}
