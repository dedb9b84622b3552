import { defineAdapter, defineProvider } from '@filesource/core';
import { onlyOfficeConfigSchema, portalAddress, type OnlyOfficeConfig } from './config.ts';
import { createOnlyOfficeSource } from './onlyoffice-source.ts';

/** ONLYOFFICE DocSpace and Workspace, as the provider `onlyoffice`. */
export const onlyoffice = defineAdapter({
  name: 'onlyoffice',
  providers: {
    onlyoffice: defineProvider({
      title: 'Files of an ONLYOFFICE portal (DocSpace or Workspace)',
      configSchema: onlyOfficeConfigSchema,
      account: (config) => `onlyoffice:${portalAddress(config.baseUrl).href}:${config.userName ?? ''}`,
      create: createOnlyOfficeSource,
    }),
  },
});

export { onlyOfficeConfigSchema, type OnlyOfficeConfig };
