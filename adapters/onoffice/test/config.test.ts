import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { Secret } from '@filesource/core';
import { onoffice } from '@filesource/onoffice';
import { secret, token } from './helpers.ts';

const providers = Object.entries(onoffice.providers);

describe.each(providers)('the config of %s', (_name, provider) => {
  test('needs no more than token and secret', () => {
    expect(provider.configSchema.parse({ token, secret })).toMatchObject({ apiUrl: 'https://api.onoffice.de/api/stable/api.php', allowHosts: [], timeoutMs: 60_000, maxAttempts: 4, maxActionsPerRequest: 50 });
  });

  test('takes the end of a line for no part of a credential', () => {
    const plain = provider.configSchema.parse({ token, secret });
    const ended = provider.configSchema.parse({ token: `${token}\r\n`, secret: `${secret}\r` });
    expect((ended['secret'] as Secret).reveal()).toBe(secret);
    expect(provider.account(ended)).toBe(provider.account(plain));
  });

  test('shows no credential, and tells accounts apart without one', () => {
    const config = provider.configSchema.parse({ token, secret });
    expect(inspect(config)).not.toContain(token);
    expect(JSON.stringify(config)).not.toContain(secret);
    const account = provider.account(config);
    expect(account).not.toContain(token);
    expect(provider.account(provider.configSchema.parse({ token, secret }))).toBe(account);
    expect(provider.account(provider.configSchema.parse({ token: 'f'.repeat(32), secret }))).not.toBe(account);
  });

  test.each([
    { token },
    { token: '', secret },
    { token, secret, apiUrl: 'api.onoffice.de' },
    { token, secret, apiUrl: 'ftp://api.onoffice.de' },
    { token, secret, apiUrl: 'https://user:password@api.onoffice.de/' },
    { token, secret, baseUrl: 'https://portal.example.com' },
    { token, secret, maxActionsPerRequest: 0 },
    { token, secret, allowHosts: ['https://cdn.example.com'] },
  ])('refuses what is wrong', (config) => {
    expect(provider.configSchema.safeParse(config).success).toBe(false);
  });
});

test('both providers of one account share its limits', () => {
  const accounts = providers.map(([, provider]) => provider.account(provider.configSchema.parse({ token, secret })));
  expect(new Set(accounts).size).toBe(1);
});
