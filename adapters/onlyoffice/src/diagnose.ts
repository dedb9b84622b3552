import {
  clockFinding,
  credentialsFinding,
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
import { createClient, type OnlyOfficeClient } from './client.ts';
import { portalAddress, type OnlyOfficeConfig } from './config.ts';
import { credentialsOf } from './credentials-of.ts';
import { hostsFinding, scopesFinding, sectionsOf } from './diagnose-rights.ts';
import { notThePortal } from './errors.ts';
import { createExchange, type ApiAnswer } from './exchange.ts';
import { createGenerationDetector, type Generation } from './generation.ts';
import { envelopeSchema, portalSettingsSchema } from './schemas.ts';

const longestMs = 20_000;
const clockToleranceMs = 300_000;

/** What the checks share: each of them bounded in time. */
export interface Checks {
  readonly client: OnlyOfficeClient;
  readonly config: OnlyOfficeConfig;
  /** What the check failed with, if it did; only an abort is thrown. */
  attempt<T>(run: (signal: AbortSignal) => Promise<T>): Promise<{ readonly value?: T; readonly error?: FileSourceError }>;
}

/**
 * Asks the portal what it is, whether it knows the caller, what the key may do, and where the link of a file leads.
 * - With a client of its own, and a login of its own, that is given up at the end.
 */
export async function diagnosePortal(config: OnlyOfficeConfig, ports: Ports, { signal }: CallOptions): Promise<readonly Finding[]> {
  const portal = portalAddress(config.baseUrl);
  const { http, exchanges } = watchHttp(ports.http, ports.clock);
  const watched = { ...ports, http };
  const generation = createGenerationDetector('auto');
  const exchange = createExchange(portal, watched, generation);
  const credentials = credentialsOf(config, { ports: watched, exchange, generation, timeoutMs: config.timeoutMs });
  const client = createClient({ portal, allowHosts: config.allowHosts, ports: watched, generation, exchange, credentials });
  const attempt: Checks['attempt'] = async (run) => {
    try {
      return { value: await withTimeout(ports.clock, Math.min(config.timeoutMs, longestMs), signal, run) };
    } catch (error) {
      throwIfAborted(signal);
      return { error: toFileSourceError(error) };
    }
  };
  try {
    const asked = await attempt(async (until) => readSettings(await exchange({ method: 'GET', path: 'api/2.0/settings' }, {}, until)));
    const settings: TrialCall = { address: portal.href, exchanges, error: asked.error };
    const findings = [reachabilityFinding(settings), clockFinding(exchanges, { toleranceMs: clockToleranceMs, isSigned: false })];
    if (!wasAnswered(settings)) return [...findings, ...['credentials', 'scopes', 'version', 'hosts'].map((check) => skippedFinding(check, 'the portal did not answer as it should', 'See to reachability first.'))];
    const checks: Checks = { client, config, attempt };
    const before = exchanges.length;
    const known = await attempt((until) => client.renewIfUnknown(until));
    const signIn = credentialsFinding({ address: portal.href, exchanges: exchanges.slice(before), error: known.error });
    const rights = signIn.status === 'ok' ? await rightsOf(checks) : ['scopes', 'hosts'].map((check) => skippedFinding(check, 'nothing is known before the portal accepts the credentials', 'See to the credentials first.'));
    return [...findings, signIn, ...rights, versionFinding(config.generation, generation.current(), asked.value ?? null)];
  } finally {
    await client.close();
  }
}

/** The version that the portal tells, or `null`; any answer of an API will do. */
function readSettings(answer: ApiAnswer): string | null {
  const envelope = envelopeSchema.safeParse(answer.readJson());
  if (!envelope.success && answer.status !== 401 && answer.status !== 403) throw notThePortal(answer);
  const settings = portalSettingsSchema.safeParse(envelope.success ? envelope.data.response : undefined);
  return settings.success ? (settings.data.version ?? null) : null;
}

async function rightsOf(checks: Checks): Promise<readonly Finding[]> {
  const sections = await checks.attempt((until) => sectionsOf(checks.client, until));
  return [await scopesFinding(checks, sections.error), await hostsFinding(checks, sections.value ?? [])];
}

const names: Readonly<Record<Generation, string>> = { docspace: 'DocSpace', workspace: 'Workspace' };

function versionFinding(configured: OnlyOfficeConfig['generation'], seen: Generation | undefined, version: string | null): Finding {
  const what = seen === undefined ? 'a portal whose answers do not tell whether it is DocSpace or Workspace' : `${names[seen]}${version === null ? '' : ` ${version}`}`;
  if (seen === undefined) return { check: 'version', status: 'warning', message: what, advice: 'Set generation to docspace or workspace, so that the capabilities of the source are exact.' };
  if (configured !== 'auto' && configured !== seen) return { check: 'version', status: 'failed', message: `the portal is ${what}, and generation is ${configured}`, advice: `Set generation to ${seen} or auto.` };
  return okFinding('version', version === null ? `${what}; it does not tell its version` : what);
}
