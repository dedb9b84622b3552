import { describe, expect, it } from '@jest/globals';
import { loadConfig, sourcesInConfig, withSource, type EditOptions } from '@filesource/container';
import { onoffice } from '@filesource/onoffice';
import { onlyoffice } from '@filesource/onlyoffice';
import { parse } from 'yaml';

const yaml: EditOptions = { format: 'yaml', where: 'filesource.yaml' };
const contacts = { name: 'contacts', provider: 'onoffice-address', settings: { token: '${CONTACTS_TOKEN}', secret: 'file:/run/secrets/contacts' } };

const existing = `# our files
adapters: [] # none yet
sources:
  # the portal in Bonn
  documents:
    provider: onlyoffice
    baseUrl: https://portal.example.com # with the slash left out
    apiKey: "\${KEY}"
`;

describe('withSource', () => {
  it.each([undefined, '', '\n'])('writes a first config: %j', (text) => {
    const written = withSource(text, contacts, yaml);
    expect(written).toContain('Written by "filesource init"');
    expect(parse(written)).toEqual({ sources: { contacts: { provider: 'onoffice-address', token: '${CONTACTS_TOKEN}', secret: 'file:/run/secrets/contacts' } } });
  });

  it('adds to a config and keeps its comments, its order and its quotes', () => {
    const written = withSource(existing, contacts, yaml);
    for (const line of existing.split('\n')) expect(written).toContain(line);
    expect(Object.keys((parse(written) as { sources: object }).sources)).toEqual(['documents', 'contacts']);
  });

  it('writes what loads', async () => {
    const written = parse(withSource(existing, { ...contacts, settings: { token: '${TOKEN}', secret: 's' } }, yaml)) as object;
    const loaded = await loadConfig({ config: written, adapters: [onoffice, onlyoffice], env: { KEY: 'sk-1', TOKEN: 't' } });
    expect(loaded.sources.map(({ name }) => name)).toEqual(['documents', 'contacts']);
  });

  it('never replaces a source unless it is told to', () => {
    const twice = { ...contacts, name: 'documents' };
    expect(() => withSource(existing, twice, yaml)).toThrow(expect.objectContaining({ kind: 'conflict', advice: expect.stringContaining('--force') }));
    const replaced = withSource(existing, twice, { ...yaml, replace: true });
    expect(parse(replaced)).toMatchObject({ sources: { documents: { provider: 'onoffice-address' } } });
    expect(replaced).toContain('# our files');
  });

  it.each(['sources: {}\n', 'sources:\n', '# empty\n', 'adapters: []\n'])('fills in what is empty: %j', (text) => {
    const written = withSource(text, contacts, yaml);
    expect(parse(written)).toMatchObject({ sources: { contacts: { provider: 'onoffice-address' } } });
    expect(written).not.toContain('{ contacts');
  });

  it('adds to JSON', () => {
    const json: EditOptions = { format: 'json', where: 'filesource.json' };
    const written = withSource('{"$schema":"x","sources":{"a":{"provider":"onlyoffice"}}}', contacts, json);
    expect(Object.keys((JSON.parse(written) as { sources: object }).sources)).toEqual(['a', 'contacts']);
    expect(JSON.parse(withSource(undefined, contacts, json))).toMatchObject({ sources: { contacts: {} } });
  });

  it.each(['sources: [', '- a\n', 'sources: 7\n'])('refuses what is no config, and quotes nothing of it: %j', (text) => {
    expect(() => withSource(text, contacts, yaml)).toThrow(expect.objectContaining({ kind: 'config-invalid' }));
  });

  it('names the sources of a config that is not valid yet', () => {
    expect(sourcesInConfig('sources:\n  a: {provider: nobody}\n', 'yaml', 'x')).toEqual(['a']);
  });
});
