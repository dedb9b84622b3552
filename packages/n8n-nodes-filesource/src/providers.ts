import type { INodeProperties } from 'n8n-workflow';
import { adapters } from './adapters.ts';
import { credentialProperties } from './credentials/credential-properties.ts';
import { settingFields, type SettingField } from './credentials/setting-field.ts';
import { titleOf } from './title.ts';

/** A provider as n8n sees it: one choice in the nodes, one type of credential. */
export interface NodeProvider {
  readonly name: string;
  readonly title: string;
  readonly fields: readonly SettingField[];
  readonly credential: {
    readonly className: string;
    readonly name: string;
    readonly displayName: string;
    readonly properties: INodeProperties[];
  };
}

/** Every provider of every adapter in the bundle. */
export const nodeProviders: readonly NodeProvider[] = adapters.flatMap((adapter) =>
  Object.entries(adapter.providers).map(([name, provider]) => {
    const fields = settingFields(name, provider);
    const pascal = titleOf(name).replaceAll(' ', '');
    return {
      name,
      title: provider.title,
      fields,
      credential: {
        className: `FileSource${pascal}Api`,
        name: `fileSource${pascal}Api`,
        displayName: `FileSource: ${titleOf(name)} API`,
        properties: credentialProperties(fields),
      },
    };
  }),
);
