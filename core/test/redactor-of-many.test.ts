import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Redactor } from '@filesource/core';

const secretOf = (index: number): string => `tenant-${(index * 7919).toString(36)}-${(index * 104_729).toString(36)}`;

/** What a host with some thousand sources has. */
function redactorOf(count: number): Redactor {
  const redactor = new Redactor();
  for (let index = 0; index < count; index += 1) redactor.add(secretOf(index));
  return redactor;
}

describe('a redactor of thousands of secrets', () => {
  afterEach(() => void jest.restoreAllMocks());

  it('finds each of them, also in a text that is shorter than there are secrets', () => {
    const redactor = redactorOf(2000);
    for (const index of [0, 999, 1999]) {
      expect(redactor.redact(secretOf(index))).toBe('[redacted]');
      expect(redactor.redact(`the vendor refused ${secretOf(index)}.`)).toBe('the vendor refused [redacted].');
      expect(redactor.redact(Buffer.from(secretOf(index)).toString('base64'))).toMatch(/^\[redacted\]=*$/);
    }
    redactor.add('added-later');
    expect(redactor.redact('added-later and added-late')).toBe('[redacted] and added-late');
    expect(redactor.redact(`${'x'.repeat(100_000)} ${secretOf(5)}`)).toBe(`${'x'.repeat(100_000)} [redacted]`);
  });

  it('looks for none of them in a text that holds none, and sorts them once', () => {
    const redactor = redactorOf(2000);
    redactor.redact(secretOf(1));
    const includes = jest.spyOn(String.prototype, 'includes');
    const sort = jest.spyOn(Array.prototype, 'sort');
    for (let turn = 0; turn < 100; turn += 1) redactor.redact('the folder has no file with this id');
    redactor.redact(secretOf(2));
    const [looks, sorts] = [includes.mock.calls.length, sort.mock.calls.length];
    jest.restoreAllMocks();
    expect(looks).toBeLessThan(100_000);
    expect(sorts).toBe(0);
  });
});
