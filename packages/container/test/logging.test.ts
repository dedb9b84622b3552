import { describe, expect, it } from '@jest/globals';
import { FileSourceError, Redactor, Secret } from '@filesource/core';
import { createJsonLogger } from '../src/index.ts';

describe('createJsonLogger', () => {
  const lines: string[] = [];
  const redactor = new Redactor();
  redactor.add('SECRET-4711');
  const logger = createJsonLogger((line) => lines.push(line), { redactor, clock: { now: () => 0, sleep: async () => undefined } });
  const logged = (fields: Record<string, unknown>): unknown => {
    lines.length = 0;
    logger.log('warn', 'some.event', fields);
    return JSON.parse(lines[0] ?? 'null');
  };

  it('writes one line of JSON for each event, at its level and above', () => {
    expect(logged({ size: 3, level: 'faked' })).toEqual({ time: '1970-01-01T00:00:00.000Z', level: 'warn', event: 'some.event', size: 3 });
    expect(lines[0]).toMatch(/^\{"time".*\}\n$/);
    lines.length = 0;
    logger.log('debug', 'unseen');
    expect(lines).toEqual([]);
  });

  it('removes credentials and signed links however deep they are', () => {
    const deep = { a: [{ b: 'x SECRET-4711 y' }], url: new URL('https://a.example/f?sig=abc'), secret: new Secret('other'), text: 'Bearer abcdefghijkl' };
    const error = new FileSourceError('network', 'with SECRET-4711', { cause: new Error('SECRET-4711') });
    const seen = JSON.stringify(logged({ deep, error, plain: new Error('SECRET-4711 too') }));
    expect(seen).not.toMatch(/SECRET-4711|sig=abc|other|abcdefghijkl/);
    expect(seen).toContain('"kind":"network"');
  });

  it('survives fields that JSON cannot hold', () => {
    const circle: Record<string, unknown> = { big: 10n, call: () => 1 };
    circle['self'] = circle;
    expect(logged({ circle })).toMatchObject({ circle: { big: '10' } });
  });
});
