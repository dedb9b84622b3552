import { describe, expect, it } from '@jest/globals';
import { configJsonSchema } from '../src/index.ts';
import { createAcme } from './acme.ts';

describe('configJsonSchema', () => {
  const schema = JSON.parse(JSON.stringify(configJsonSchema([createAcme().descriptor]))) as {
    required: string[];
    additionalProperties: boolean;
    properties: { sources: { additionalProperties: { oneOf: { title: string; required: string[]; additionalProperties: boolean; properties: Record<string, Record<string, unknown>> }[] } } };
  };
  const [files, mail] = schema.properties.sources.additionalProperties.oneOf;

  it('describes the whole file, a source by its provider', () => {
    expect(schema).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#', required: ['sources'], additionalProperties: false });
    expect(files?.properties['provider']).toMatchObject({ const: 'acme-files' });
    expect(mail?.properties['provider']).toMatchObject({ const: 'acme-mail' });
    expect(files).toMatchObject({ title: 'Files of Acme, 2 at once', required: ['token', 'provider'], additionalProperties: false });
  });

  it('marks credentials as passwords that are only written, also nested ones', () => {
    const password = { type: 'string', minLength: 1, format: 'password', writeOnly: true };
    expect(files?.properties['token']).toEqual({ ...password, description: 'Token' });
    expect(files?.properties['login']).toMatchObject({ properties: { password: { ...password, description: 'Password' } } });
    expect(JSON.stringify(schema)).not.toContain('"secret"');
  });

  it('lets a text of a fixed form be a variable', () => {
    expect(files?.properties['baseUrl']).toEqual({ default: 'https://acme.example', description: 'Where it is', anyOf: [{ type: 'string', format: 'uri' }, { type: 'string', pattern: '\\$\\{' }] });
  });
});
