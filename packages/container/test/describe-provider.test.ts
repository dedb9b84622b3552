import { describe, expect, it } from '@jest/globals';
import { configJsonSchema, describeProviders, type ProviderDescription } from '@filesource/container';
import { defineAdapter, defineProvider, type SourceAdapter } from '@filesource/core';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { z } from 'zod';

function described(name: string): ProviderDescription {
  const found = describeProviders([onoffice, onlyoffice]).find((provider) => provider.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

const settingOf = (provider: ProviderDescription, name: string): unknown => provider.settings.find((setting) => setting.name === name);

describe('describeProviders', () => {
  it('tells type, default and bounds of each setting, and which are credentials', () => {
    const address = described('onoffice-address');
    expect(address).toMatchObject({ title: 'Files of address records in onOffice', adapter: 'onoffice', alternatives: [] });
    expect(settingOf(address, 'token')).toEqual({ name: 'token', description: 'Token of the API user, 32 characters', type: 'secret', isRequired: true });
    expect(settingOf(address, 'apiUrl')).toMatchObject({ type: 'url', isRequired: false, default: 'https://api.onoffice.de/api/stable/api.php' });
    expect(settingOf(address, 'maxAttempts')).toMatchObject({ type: 'whole-number', default: 4, minimum: 1, maximum: 20 });
    expect(settingOf(address, 'allowHosts')).toMatchObject({ type: 'list', default: [] });
    for (const { name, description } of address.settings) expect({ name, isDescribed: description !== '' }).toEqual({ name, isDescribed: true });
  });

  it('tells choices, and which settings stand in for each other', () => {
    const portal = described('onlyoffice');
    expect(settingOf(portal, 'whenBusy')).toMatchObject({ type: 'choice', choices: ['wait', 'fail'], default: 'wait' });
    expect(settingOf(portal, 'apiKey')).toMatchObject({ type: 'secret', isRequired: false });
    expect(settingOf(portal, 'baseUrl')).toMatchObject({ type: 'url', isRequired: true });
    expect(portal.alternatives).toEqual([['apiKey'], ['userName', 'password'], ['token']]);
  });

  it('lets an editor know of the alternatives too', () => {
    const text = JSON.stringify(configJsonSchema([onoffice, onlyoffice]));
    expect(text).toContain('"anyOf":[{"required":["apiKey"]},{"required":["userName","password"]},{"required":["token"]}]');
    expect(text).not.toContain('alternatives');
  });

  it('takes what it cannot tell for "other", and nothing amiss', () => {
    const adapter = defineAdapter({ name: 'x', providers: { x: defineProvider({ title: 'X', configSchema: z.strictObject({ map: z.record(z.string(), z.number()).optional(), on: z.boolean() }), account: () => 'x', create: () => ({}) as SourceAdapter }) } });
    const [x] = describeProviders([adapter]);
    expect(x?.settings).toEqual([
      { name: 'map', description: '', type: 'other', isRequired: false },
      { name: 'on', description: '', type: 'boolean', isRequired: true },
    ]);
  });
});
