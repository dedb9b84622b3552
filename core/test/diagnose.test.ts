import { describe, expect, it } from '@jest/globals';
import { clockFinding, createFileSource, createLimiter, FileSourceError, overlay, Redactor, type CallOptions, type FileSource, type Finding, type Layer, type WatchedExchange } from '@filesource/core';
import { createMemoryAdapter, createTestPorts } from '@filesource/testkit';

function sourceOf(diagnose?: (options: CallOptions) => Promise<readonly Finding[]>, options: { readonly redactor?: Redactor; readonly layers?: readonly Layer[] } = {}): FileSource {
  const memory = createMemoryAdapter({ folders: [] });
  const ports = createTestPorts(options.redactor === undefined ? {} : { redactor: options.redactor });
  return createFileSource({ name: 'files', provider: 'memory', adapter: diagnose === undefined ? memory : overlay(memory, { diagnose }), ports, limiter: createLimiter(1), ...(options.layers === undefined ? {} : { layers: options.layers }) });
}

const exchange = (skewMs: number | null): WatchedExchange => ({ origin: 'http://127.0.0.1', httpStatus: 200, durationMs: 1, skewMs });

describe('diagnose', () => {
  it('gives what the adapter found, through every layer', async () => {
    const layer: Layer = { name: 'plain', wrap: (inner) => overlay(inner, {}) };
    const found: Finding[] = [{ check: 'version', status: 'ok', message: 'seven' }];
    await expect(sourceOf(async () => found, { layers: [layer] }).diagnose()).resolves.toEqual(found);
  });

  it('says of an adapter without checks what to do in their place', async () => {
    const [only, ...others] = await sourceOf().diagnose();
    expect(others).toEqual([]);
    expect(only).toMatchObject({ status: 'skipped', advice: expect.stringContaining('List a folder') });
  });

  it('takes an error of the checks for a finding', async () => {
    const findings = await sourceOf(async () => {
      throw new FileSourceError('network', 'nobody is there', { advice: 'Switch it on.' });
    }).diagnose();
    expect(findings).toEqual([{ check: 'reachability', status: 'failed', message: 'the checks of the adapter failed: nobody is there', advice: 'Switch it on.' }]);
  });

  it('shows no credential and no signed link', async () => {
    const redactor = new Redactor();
    redactor.add('hunter22');
    const findings = await sourceOf(async () => [{ check: 'hosts', status: 'failed', message: 'hunter22 at https://a.example/x?sig=1', advice: 'not hunter22' }], { redactor }).diagnose();
    expect(JSON.stringify(findings)).not.toMatch(/hunter22|sig=1/);
  });

  it('ends at an abort, and on a closed source, as every call does', async () => {
    const stop = new AbortController();
    const waiting = sourceOf(
      ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason));
        }),
    ).diagnose({ signal: stop.signal });
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ kind: 'aborted' });
    const closed = sourceOf(async () => []);
    await closed.close();
    await expect(closed.diagnose()).rejects.toMatchObject({ kind: 'aborted' });
  });
});

describe('the clock finding', () => {
  const rule = { toleranceMs: 120_000, isSigned: true };

  it.each([
    [0, 'ok', 'within a second'],
    [-90_000, 'ok', 'within 90 seconds'],
    [600_000, 'failed', '10 minutes ahead of'],
    [-600_000, 'failed', '10 minutes behind'],
  ])('of %d ms is %s', (skewMs, status, text) => {
    expect(clockFinding([exchange(null), exchange(skewMs)], rule)).toMatchObject({ status, message: expect.stringContaining(text) });
  });

  it('is a warning where nothing is signed with the time, and skipped where no answer tells it', () => {
    expect(clockFinding([exchange(600_000)], { ...rule, isSigned: false })).toMatchObject({ status: 'warning', advice: expect.stringContaining('NTP') });
    expect(clockFinding([exchange(null)], rule)).toMatchObject({ status: 'skipped', advice: expect.any(String) });
  });
});
