import {
  clockFinding,
  overlay,
  reachabilityFinding,
  skippedFinding,
  throwIfAborted,
  toFileSourceError,
  watchHttp,
  withTimeout,
  type CallOptions,
  type FileSourceError,
  type Finding,
  type Ports,
  type Provider,
  type SourceAdapter,
} from '@filesource/core';
import { describeSettings } from './config/describe-provider.ts';

const longestMs = 20_000;
/** What is far enough off for certificates and signatures to fail some day. */
const clockToleranceMs = 300_000;

/** An adapter that has no checks gets those that need no knowledge of the vendor: the addresses among its settings. */
export function withDiagnosis(adapter: SourceAdapter, provider: Provider, settings: Readonly<Record<string, unknown>>, ports: Ports): SourceAdapter {
  if (adapter.diagnose !== undefined) return adapter;
  return overlay(adapter, { diagnose: async (options) => diagnoseAddresses(addressesOf(provider, settings), ports, options) });
}

function addressesOf(provider: Provider, settings: Readonly<Record<string, unknown>>): readonly string[] {
  return describeSettings(provider).flatMap(({ name, type }) => {
    const value = settings[name];
    return type === 'url' && typeof value === 'string' ? [value] : [];
  });
}

async function diagnoseAddresses(addresses: readonly string[], ports: Ports, options: CallOptions): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const address of addresses) findings.push(...(await diagnoseAddress(address, ports, options)));
  if (addresses.length === 0) findings.push(skippedFinding('reachability', 'the settings of the source have no address', 'List a folder of the source: that shows whether it works.'));
  findings.push(skippedFinding('credentials', 'the adapter has no checks of its own', 'List a folder of the source: that shows whether the credentials are good.'));
  return findings;
}

/** Without credentials; any answer will do, since only the adapter knows what a good one is. */
async function diagnoseAddress(address: string, { http, clock }: Ports, { signal }: CallOptions): Promise<readonly Finding[]> {
  const watched = watchHttp(http, clock);
  let error: FileSourceError | undefined;
  try {
    const response = await withTimeout(clock, longestMs, signal, (until) => watched.http.send({ method: 'GET', url: address, signal: until }));
    response.body.on('error', () => undefined);
    response.body.destroy();
  } catch (thrown) {
    throwIfAborted(signal);
    error = toFileSourceError(thrown);
  }
  const call = { address, exchanges: watched.exchanges, error };
  return [reachabilityFinding(call), clockFinding(watched.exchanges, { toleranceMs: clockToleranceMs, isSigned: false })];
}
