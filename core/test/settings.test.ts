import { describe, expect, it } from '@jest/globals';
import { CircuitBreaker, createFileSource, createLimiter, createRateLimiter, FileSourceError, overlay, type FileSourceOptions } from '@filesource/core';
import { createInstantClock, createMemoryAdapter, createTestPorts } from '@filesource/testkit';

const folders = [{ id: '1', files: [{ id: '2', name: 'a.txt', bytes: Buffer.from('hello') }] }];
const clock = createInstantClock();

function optionsOf(more: object): FileSourceOptions {
  return { name: 'memory', provider: 'memory', adapter: createMemoryAdapter({ folders }), ports: createTestPorts({ clock }), limiter: createLimiter(4), ...more };
}

describe('a source that is made in code', () => {
  it.each([{ timeoutMs: Number.NaN }, { timeoutMs: 0 }, { timeoutMs: '5000' }, { idleTimeoutMs: -1 }, { transferTimeoutMs: null }, { retry: { maxAttempts: Number.NaN } }, { retry: { maxAttempts: 0 } }, { retry: { baseDelayMs: Number.NaN } }, { retry: { maxDelayMs: -1 } }])(
    'is refused by the name of a setting that is no number: %p',
    (more) => {
      const [name = 'none'] = Object.keys('retry' in more ? (more.retry ?? {}) : more);
      expect(() => createFileSource(optionsOf(more))).toThrow(expect.objectContaining({ kind: 'invalid-argument', message: expect.stringContaining(name) }));
    },
  );

  it.each(['', 'my source', '1st', 'a:b', 'x'.repeat(65), undefined])('is refused with a name that no ref could start with: %p', (name) => {
    expect(() => createFileSource(optionsOf({ name }))).toThrow(expect.objectContaining({ kind: 'invalid-argument', message: expect.stringContaining('a source name') }));
  });

  it('looks at no more of a retry policy than its settings: it may be a section of a config', async () => {
    const retry = { maxAttempts: 2, enabled: true, name: 'of the host' };
    await expect(createFileSource(optionsOf({ retry })).stat('1/2')).resolves.toMatchObject({ size: 5 });
  });

  it('takes a setting that is undefined as one that is left out, and does not try for ever', async () => {
    let attempts = 0;
    const stat = async (): Promise<never> => {
      attempts += 1;
      if (attempts > 100) throw new FileSourceError('not-found', 'enough');
      throw new FileSourceError('network', 'the connection broke');
    };
    const adapter = overlay(createMemoryAdapter({ folders }), { stat });
    const source = createFileSource(optionsOf({ adapter, retry: { maxAttempts: undefined }, timeoutMs: undefined }));
    await expect(source.stat('1/2')).rejects.toMatchObject({ kind: 'network', status: 'persistent' });
    expect(attempts).toBe(4);
  });
});

describe('a limit of an account', () => {
  it.each([Number.NaN, 0, -1, Number.POSITIVE_INFINITY, '50', undefined])('is refused where it is no rate, in place of giving bodies without their bytes: %p', (perSecond) => {
    expect(() => createRateLimiter({ clock, perSecond: perSecond as number })).toThrow(expect.objectContaining({ kind: 'invalid-argument' }));
  });

  it('is refused where it is no number of failures and no time', () => {
    expect(() => new CircuitBreaker(clock, { failures: Number.NaN, coolDownMs: 1 })).toThrow(expect.objectContaining({ kind: 'invalid-argument' }));
    expect(() => new CircuitBreaker(clock, { failures: 1, coolDownMs: Number.NaN })).toThrow(expect.objectContaining({ kind: 'invalid-argument' }));
  });
});
