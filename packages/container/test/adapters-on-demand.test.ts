import { describe, expect, it } from '@jest/globals';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import fc from 'fast-check';
import { z as old } from 'zod/v3';
import { loadConfig, type AdaptersOnDemand, type LoadConfigOptions } from '../src/index.ts';
import { createAcme } from './acme.ts';

const loaded: string[] = [];
const loadOnOffice: AdaptersOnDemand[string] = async () => {
  loaded.push('onoffice');
  return onoffice;
};
const onDemand: AdaptersOnDemand = {
  'onoffice-address': loadOnOffice,
  'onoffice-appointment': loadOnOffice,
  onlyoffice: async () => {
    loaded.push('onlyoffice');
    return onlyoffice;
  },
};
const contacts = { provider: 'onoffice-address', apiUrl: 'http://127.0.0.1:1/api.php', token: '${TOKEN}', secret: '${SECRET}' };
const documents = { provider: 'onlyoffice', baseUrl: 'http://127.0.0.1:2', apiKey: '${KEY}' };
const env = { TOKEN: 'token-1', SECRET: 'secret-1', KEY: 'sk-1', VENDOR: 'onlyoffice' };

async function outcome(config: object, adapters: LoadConfigOptions['adapters']): Promise<unknown> {
  const load = loadConfig({ config, env, ...(adapters === undefined ? {} : { adapters }) });
  return load.then(
    ({ sources, ignored }) => ({ sources: sources.map(({ name, providerName, adapterName, settings }) => ({ name, providerName, adapterName, settings })), ignored }),
    (error: unknown) => String(error),
  );
}

async function loadedBy(config: object): Promise<readonly string[]> {
  loaded.length = 0;
  await outcome(config, onDemand);
  return loaded;
}

describe('adapters that are loaded on demand', () => {
  it('are those of the providers that a config names, once each', async () => {
    expect(await loadedBy({ sources: { a: contacts, b: { ...contacts } } })).toEqual(['onoffice']);
    expect(await loadedBy({ sources: { a: documents } })).toEqual(['onlyoffice']);
    expect(await loadedBy({ sources: { a: { ...documents, provider: '${VENDOR}' } } })).toEqual(['onlyoffice']);
    expect([...(await loadedBy({ sources: { a: contacts, b: documents } }))].sort()).toEqual(['onlyoffice', 'onoffice']);
  });

  it('are none where another adapter brings the provider', async () => {
    const acme = createAcme().descriptor;
    const acmeOnDemand = { ...onDemand, 'acme-files': async () => acme };
    loaded.length = 0;
    expect(await outcome({ sources: { a: { provider: 'acme-files', token: '${TOKEN}' } } }, acmeOnDemand)).toMatchObject({ sources: [{ adapterName: 'acme' }] });
    expect(loaded).toEqual([]);
  });

  it('are all of them where a setting or a provider may be of another one', async () => {
    expect(await loadedBy({ sources: { a: { ...contacts, baseUrl: 'http://127.0.0.1:2' } } })).toContain('onlyoffice');
    expect(await loadedBy({ sources: { a: { ...contacts, provider: 'onofice' } } })).toContain('onlyoffice');
    expect(await loadedBy({})).toContain('onlyoffice');
  });

  it('make no difference to what a config means, nor to what is said of a wrong one', async () => {
    const value = fc.oneof(fc.constantFrom('onoffice-address', 'onoffice-appointment', 'onlyoffice', '${VENDOR}', '${TOKEN}', '${GONE}', 'http://127.0.0.1:1', '__proto__', 'toString'), fc.integer(), fc.constant(null), fc.constant([]), fc.constant({}));
    const key = fc.constantFrom('provider', 'apiUrl', 'token', 'secret', 'baseUrl', 'apiKey', 'apikey', 'maxContentBytes', 'maxConcurrency', 'toString');
    const source = fc.oneof(
      fc.tuple(fc.constantFrom(contacts, documents, { ...contacts, ...documents }), fc.dictionary(key, value, { maxKeys: 3 })).map(([base, changes]) => ({ ...base, ...changes })),
      fc.dictionary(key, value),
      value,
    );
    const config = fc.oneof({ weight: 9, arbitrary: fc.record({ sources: fc.oneof({ weight: 9, arbitrary: fc.dictionary(fc.constantFrom('a', 'b', '1'), source, { minKeys: 1 }) }, { weight: 1, arbitrary: value }) }) }, { weight: 1, arbitrary: fc.object() });
    await fc.assert(
      fc.asyncProperty(config, async (given) => {
        expect(await outcome(given, onDemand)).toEqual(await outcome(given, [onoffice, onlyoffice]));
      }),
      { numRuns: 300 },
    );
  });
});

describe('what is no adapter', () => {
  const config = { sources: { documents } };
  const wrong: readonly (readonly [string, unknown])[] = [
    ['an adapter in place of a list', onlyoffice],
    ['an import that the package does not have', [undefined]],
    ['a module as a whole', [{ onlyoffice }]],
    ['the name of a package', ['@filesource/onlyoffice']],
    ['null', null],
    ['adapters by provider that are loaded already', { onlyoffice }],
    ['a function that resolves to a module as a whole', { onlyoffice: () => import('@filesource/onlyoffice') }],
    ['a function that resolves to nothing', { onlyoffice: async () => undefined }],
  ];

  it.each(wrong)('is refused by name, with what is expected: %s', async (_what, adapters) => {
    await expect(loadConfig({ config, env, adapters: adapters as never })).rejects.toMatchObject({ kind: 'invalid-argument', message: expect.stringContaining('defineAdapter'), advice: expect.any(String) });
  });

  it('is refused with its name where its settings are told by another zod', async () => {
    const provider = { title: 'Old', configSchema: old.object({ root: old.string() }), account: () => 'one', create: () => undefined };
    await expect(loadConfig({ config, env, adapters: [onlyoffice, { name: '@acme/old', providers: { old: provider } } as never] })).rejects.toMatchObject({
      kind: 'config-invalid',
      message: expect.stringMatching(/provider old of @acme\/old .* zod/),
    });
  });
});
