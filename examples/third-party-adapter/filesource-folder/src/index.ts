// #region descriptor
import { defineAdapter, defineProvider } from '@filesource/core';
import { z } from 'zod';
import { createFolderSource } from './folder-source.ts';

/** What a config's `adapters: ['@acme/filesource-folder']` finds. */
export const folder = defineAdapter({
  name: '@acme/filesource-folder',
  providers: {
    folder: defineProvider({
      title: 'Files of a folder on this machine',
      configSchema: z.strictObject({ root: z.string().min(1).meta({ description: 'The folder; nothing outside of it is ever read' }) }),
      account: ({ root }) => root,
      create: ({ root }) => createFolderSource(root),
    }),
  },
});
// #endregion
