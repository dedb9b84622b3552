import { describe, expect, test } from '@jest/globals';
import { Secret } from '@filesource/core';
import { onlyoffice } from '../src/index.ts';
import { portalAddress } from '../src/config.ts';

const provider = onlyoffice.providers['onlyoffice']!;
const base = { baseUrl: 'https://portal.example.com' };

function problems(config: Readonly<Record<string, unknown>>): string[] {
  const parsed = provider.configSchema.safeParse({ ...base, ...config });
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

describe('settings of the provider onlyoffice', () => {
  test.each([[{ apiKey: 'sk-1234' }], [{ token: 'abcdef' }], [{ token: 'Bearer abcdef' }], [{ userName: 'a@b.de', password: 'x y' }], [{ apiKey: 'sk-1234', token: 'abcd' }], [{ token: 'abcd', userName: 'a', password: 'b' }]])('%j is one way to sign in', (config) => {
    expect(problems(config)).toEqual([]);
  });

  test.each([
    [{}, 'apiKey: no credentials'],
    [{ userName: 'a' }, 'password: userName needs a password'],
    [{ password: 'a' }, 'userName: password needs a userName'],
    [{ apiKey: 'sk-1234', generation: 'cloud' }, 'generation: '],
    [{ apiKey: 'sk-1234', whenBusy: 'maybe' }, 'whenBusy: '],
    [{ apiKey: 'sk-12\n34' }, 'apiKey: a line break'],
    [{ apiKey: '' }, 'apiKey: '],
    [{ apiKey: 12 }, 'apiKey: '],
    [{ token: '\r\n' }, 'token: '],
    [{ apiKey: 'sk-1234', apikey: 'x' }, 'Unrecognized key'],
    [{ apiKey: 'sk-1234', baseUrl: 'ftp://x' }, 'baseUrl: '],
    [{ apiKey: 'sk-1234', baseUrl: 'https://u:p@x' }, 'baseUrl: '],
  ])('%j is refused', (config, problem) => {
    expect(problems(config).join('\n')).toContain(problem);
  });

  test('waits for another download by default, and detects the generation', () => {
    expect(provider.configSchema.parse({ ...base, apiKey: 'sk-1234' })).toMatchObject({ generation: 'auto', whenBusy: 'wait', busyTimeoutMs: 600_000, allowHosts: [] });
  });

  test('the account tells portal and user, and no credential', () => {
    const config = provider.configSchema.parse({ ...base, userName: 'a@b.de', password: 'geheim' });
    expect(provider.account(config)).toBe('onlyoffice:https://portal.example.com/:a@b.de');
    expect(config['password']).toBeInstanceOf(Secret);
  });

  test.each([
    ['https://portal.example.com', 'https://portal.example.com/'],
    ['https://portal.example.com/api/2.0/files', 'https://portal.example.com/'],
    ['https://example.com/office/', 'https://example.com/office/'],
    ['http://127.0.0.1:8080/?x=1#y', 'http://127.0.0.1:8080/'],
  ])('%s is the portal %s', (given, portal) => {
    expect(portalAddress(given).href).toBe(portal);
  });
});
