import {
  clockFinding,
  credentialsFinding,
  failureFinding,
  okFinding,
  reachabilityFinding,
  skippedFinding,
  throwIfAborted,
  toFileSourceError,
  wasAnswered,
  watchHttp,
  withTimeout,
  type CallOptions,
  type FileSourceError,
  type Finding,
  type Ports,
  type TrialCall,
} from '@filesource/core';
import { createApiClient } from './client.ts';
import type { AccountConfig } from './config.ts';
import type { FileModule } from './entries.ts';
import { clockToleranceMs, isClockError } from './errors.ts';
import { linkHosts } from './links.ts';
import { readFilePage } from './paging.ts';

const longestMs = 20_000;

/**
 * One signed call, for the files of a record that need not exist: onOffice judges the token, the signature and the time before it looks for one.
 * - Whether a right is missing shows only in a record that has files: onOffice answers as if there were none.
 */
export async function diagnoseAccount(config: AccountConfig & { readonly timeoutMs: number }, module: FileModule, ports: Ports, { signal }: CallOptions): Promise<readonly Finding[]> {
  const { http, exchanges } = watchHttp(ports.http, ports.clock);
  const client = createApiClient(config, { ...ports, http });
  const error = await failureOf(signal, () =>
    withTimeout(ports.clock, Math.min(config.timeoutMs, longestMs), signal, (until) => readFilePage(client, { module, folder: '1' }, { pageSize: 1, signal: until })),
  );
  client.close();
  const call: TrialCall = { address: config.apiUrl, exchanges, error };
  return [reachabilityFinding(call), clockOf(call), credentialsOf(call), scopesOf(call, module), versionOf(config.apiUrl), hostsOf(config)];
}

function hostsOf({ apiUrl, allowHosts }: AccountConfig): Finding {
  const { allowedHosts, publicHosts } = linkHosts(apiUrl, allowHosts);
  return okFinding('hosts', `links may lead to ${[...new Set([...allowedHosts, ...publicHosts])].join(', ')}`);
}

async function failureOf(signal: AbortSignal | undefined, run: () => Promise<unknown>): Promise<FileSourceError | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    throwIfAborted(signal);
    return toFileSourceError(error);
  }
}

function clockOf({ exchanges, error }: TrialCall): Finding {
  const finding = clockFinding(exchanges, { toleranceMs: clockToleranceMs, isSigned: true });
  if (finding.status === 'failed' || error === undefined || !isClockError(error)) return finding;
  return failureFinding('clock', 'onOffice refuses the time of the call', error, 'Set the clock of this machine right.');
}

function credentialsOf(call: TrialCall): Finding {
  if (call.error === undefined || !isClockError(call.error)) return credentialsFinding(call);
  return skippedFinding('credentials', 'onOffice refuses the time of the call, which is signed too', 'See to the clock first.');
}

function scopesOf(call: TrialCall, module: FileModule): Finding {
  const { error } = call;
  if (error?.kind === 'permission-denied') return failureFinding('scopes', 'the API user lacks a right', error, `Give the API user the right to read ${module} records.`);
  if (!wasAnswered(call) || error?.kind === 'unauthenticated') return skippedFinding('scopes', 'nothing is known before the credentials are good', 'See to the findings above first.');
  return skippedFinding('scopes', 'onOffice hides what the API user may not read, and tells no rights', `Name a record that has files, as in source:ID: then its listing shows whether the right to read ${module} records is there.`);
}

function versionOf(apiUrl: string): Finding {
  const version = /\/api\/([^/]+)\/api\.php$/.exec(new URL(apiUrl).pathname)?.[1];
  if (version === 'stable' || version === 'latest') return okFinding('version', `the ${version} API, signatures of version 2`);
  return { check: 'version', status: 'warning', message: 'apiUrl names no version of the API that is known', advice: 'The vendor\'s own is https://api.onoffice.de/api/stable/api.php.' };
}
