import { CircuitBreaker, createLimiter, createRateLimiter, type FileSourceOptions, type Limits, type Ports, type RateLimiter, type SourceAdapter } from '@filesource/core';
import { z } from 'zod';

const given = z.number().positive().optional().catch(undefined);

/** Settings that core acts on; what a provider has not, or gives another meaning, does not count. */
const commonSettings = z.object({
  timeoutMs: given,
  connectTimeoutMs: given,
  idleTimeoutMs: given,
  transferTimeoutMs: given,
  maxAttempts: given,
  maxConcurrency: given,
  maxRequestsPerSecond: given,
  maxBytesPerSecond: given,
  breakerFailures: given,
  breakerCoolDownMs: given,
});

export type CommonSettings = z.output<typeof commonSettings>;

export function commonSettingsOf(settings: unknown): CommonSettings {
  return commonSettings.parse(settings);
}

/** One source of an account, as far as its limits go. */
export interface Limited {
  readonly account: string;
  readonly adapter: SourceAdapter;
  readonly common: CommonSettings;
}

export type AccountLimits = Pick<FileSourceOptions, 'limiter' | 'byteRate' | 'breaker'> & {
  /** Of requests; `undefined` for no limit. */
  readonly requestRate?: RateLimiter;
  /** What of it a source tells as its own limits. */
  readonly told: Pick<Limits, 'maxConcurrency' | 'maxCalls' | 'maxRequestsPerSecond' | 'maxBytesPerSecond'>;
};

/** What the sources of each account share; of what they ask for, the strictest counts. */
export function limitsOf(sources: readonly Limited[], ports: Ports): (account: string) => AccountLimits {
  const accounts = new Set(sources.map(({ account }) => account));
  const limits = new Map([...accounts].map((account) => [account, limitsOfOne(sources.filter((source) => source.account === account), ports)]));
  return (account) => limits.get(account) ?? { limiter: createLimiter(1), told: { maxConcurrency: 1 } };
}

function limitsOfOne(sources: readonly Limited[], { clock }: Ports): AccountLimits {
  const least = (of: (source: Limited) => number | undefined): number | undefined => lowest(sources.map(of));
  const requests = least(({ common }) => common.maxRequestsPerSecond);
  const bytes = least(({ common }) => common.maxBytesPerSecond);
  const failures = least(({ common }) => common.breakerFailures);
  const coolDownMs = Math.max(...sources.map(({ common }) => common.breakerCoolDownMs ?? 0));
  const maxConcurrency = least(({ adapter, common }) => lowest([adapter.capabilities.limits.maxConcurrency, common.maxConcurrency])) ?? 1;
  const maxCalls = least(({ adapter }) => adapter.capabilities.limits.maxCalls) ?? maxConcurrency;
  return {
    limiter: createLimiter(maxConcurrency, maxCalls),
    told: { maxConcurrency, ...(maxCalls < maxConcurrency ? { maxCalls } : {}), ...(requests === undefined ? {} : { maxRequestsPerSecond: requests }), ...(bytes === undefined ? {} : { maxBytesPerSecond: bytes }) },
    ...(requests === undefined ? {} : { requestRate: createRateLimiter({ clock, perSecond: requests }) }),
    ...(bytes === undefined ? {} : { byteRate: createRateLimiter({ clock, perSecond: bytes }) }),
    ...(failures === undefined || coolDownMs === 0 ? {} : { breaker: new CircuitBreaker(clock, { failures, coolDownMs }) }),
  };
}

function lowest(numbers: readonly (number | undefined)[]): number | undefined {
  const known = numbers.filter((number) => number !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
