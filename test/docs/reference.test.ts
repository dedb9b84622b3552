import { expect, it } from '@jest/globals';
import { createFileSources, describeProviders } from '@filesource/container';
import { capabilityNames, errorKinds, FileSourceError } from '@filesource/core';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { referenceText } from '../../scripts/reference.mjs';
import { read } from './pages.ts';

const parts = { adapters: [onoffice, onlyoffice], describeProviders, createFileSources, FileSourceError, errorKinds, capabilityNames };

it('docs/reference.md is what "npm run docs:reference" writes', async () => {
  expect(await read('docs/reference.md')).toBe(await referenceText(parts));
});

it('an adapter that is new has its own section without a line of the generator for it', async () => {
  const [own] = Object.values(onoffice.providers);
  const adapter = { name: 'acme', providers: { 'acme-files': own! } };
  const text = await referenceText({ ...parts, adapters: [adapter] });
  expect(text).toContain('## `acme-files`');
  for (const { name } of describeProviders([adapter])[0]?.settings ?? []) expect(text).toContain(`| \`${name}\` |`);
  for (const name of capabilityNames) expect(text).toContain(`\`${name}\``);
});
