import { describe, expect, it } from '@jest/globals';
import { standardLayers, type Layer } from '@filesource/core';
import { createTestPorts } from '@filesource/testkit';
import { sourceOptions, type TelemetrySetting } from '../src/build-sources.ts';
import { loadConfig } from '../src/index.ts';
import { createAcme } from './acme.ts';

const host: Layer = { name: 'host', wrap: (inner) => inner };

async function order(settings: object, telemetry?: TelemetrySetting): Promise<readonly string[]> {
  const { sources } = await loadConfig({ config: { sources: { a: { provider: 'acme-files', token: 'abcd', ...settings } } }, adapters: [createAcme().descriptor] });
  const [options] = sourceOptions(sources, createTestPorts(), [host], telemetry);
  return standardLayers(options!).map(({ name }) => name);
}

describe('a source of a config', () => {
  it('has every layer at its place, outermost first', async () => {
    const layers = await order({ maxRequestsPerSecond: 5, maxBytesPerSecond: 1_000_000 });
    console.log(layers.join(' > '));
    expect(layers).toEqual(['telemetry', 'error-context', 'host', 'log', 'gate', 'emulate-archive', 'bandwidth', 'delivery', 'emulate-range', 'retry', 'limit', 'breaker', 'timeout']);
  });

  it('has no layer for what is not asked for', async () => {
    expect(await order({ breakerFailures: 0 }, false)).toEqual(['error-context', 'host', 'log', 'gate', 'emulate-archive', 'delivery', 'emulate-range', 'retry', 'limit', 'timeout']);
  });
});
