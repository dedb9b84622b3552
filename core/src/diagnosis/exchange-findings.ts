import type { FileSourceError } from '../errors/file-source-error.ts';
import type { ErrorKind } from '../errors/kinds.ts';
import { okFinding, skippedFinding, type Finding, type FindingStatus } from './finding.ts';
import type { WatchedExchange } from './watch-http.ts';

/** A call that changes nothing and needs credentials, as it went. */
export interface TrialCall {
  /** Where it went, without a query. */
  readonly address: string;
  /** Of this call alone; empty when nobody answered. */
  readonly exchanges: readonly WatchedExchange[];
  /** What it failed with, if it did. */
  readonly error: FileSourceError | undefined;
}

const notThere: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['network', 'timeout', 'host-refused', 'truncated', 'vendor-protocol', 'vendor-failure', 'rate-limited', 'quota-exceeded', 'corrupt']);

/** Whether the vendor's API answered the call at all, well or not. */
export function wasAnswered({ exchanges, error }: TrialCall): boolean {
  return exchanges.length > 0 && (error === undefined || !notThere.has(error.kind));
}

/** DNS, connection, TLS and whether it is the API that answers. */
export function reachabilityFinding(call: TrialCall): Finding {
  const { address, exchanges, error } = call;
  const [first] = exchanges;
  if (error !== undefined && !wasAnswered(call)) {
    const how = first === undefined ? `${address} cannot be reached` : `${address} answers, but not as it should`;
    return failureFinding('reachability', how, error, 'Check the address in the config, and the network.');
  }
  const durationMs = Math.round(first?.durationMs ?? 0);
  return okFinding('reachability', `${address} answers, at first after ${durationMs} ms`);
}

/** Whether the vendor knows the caller. */
export function credentialsFinding(call: TrialCall): Finding {
  const { error } = call;
  if (error?.kind === 'unauthenticated') return failureFinding('credentials', 'the vendor refuses them', error, 'Check the credentials of the source.');
  if (wasAnswered(call)) return okFinding('credentials', 'the vendor accepts them');
  return skippedFinding('credentials', 'the vendor did not answer as it should', 'See to reachability first.');
}

/**
 * This clock against the server's.
 * - `toleranceMs` is what the vendor allows; beyond it the finding is `failed` where calls are signed with the time, else a `warning`.
 */
export function clockFinding(exchanges: readonly WatchedExchange[], { toleranceMs, isSigned }: { readonly toleranceMs: number; readonly isSigned: boolean }): Finding {
  const skewMs = exchanges.find((exchange) => exchange.skewMs !== null)?.skewMs;
  if (skewMs === undefined || skewMs === null) return skippedFinding('clock', 'no answer told the server\'s time', 'Compare the clock of this machine with another one.');
  const off = durationText(Math.abs(skewMs));
  if (Math.abs(skewMs) <= toleranceMs) return okFinding('clock', `within ${off} of the server's; ${durationText(toleranceMs)} are allowed`);
  return {
    check: 'clock',
    status: isSigned ? 'failed' : 'warning',
    message: `the clock of this machine is ${off} ${skewMs > 0 ? 'ahead of' : 'behind'} the server's; ${durationText(toleranceMs)} are allowed`,
    advice: 'Set the clock of this machine right, and let it keep time (NTP).',
  };
}

/** An error as a finding; `advice` counts where the error has none. */
export function failureFinding(check: string, what: string, error: FileSourceError, advice: string, status: FindingStatus = 'failed'): Finding {
  const code = error.vendorCode === undefined ? '' : ` (vendor code ${error.vendorCode})`;
  return { check, status, message: `${what}: ${error.message}${code}`, advice: error.advice ?? advice };
}

function durationText(ms: number): string {
  if (ms < 1000) return 'a second';
  const seconds = Math.round(ms / 1000);
  if (seconds <= 120) return `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`;
  return `${Math.round(seconds / 60)} minutes`;
}
