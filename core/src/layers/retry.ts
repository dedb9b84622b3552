import type { FileSourceError } from '../errors/file-source-error.ts';
import { errorUnder } from '../errors/to-file-source-error.ts';
import { sourceClosed } from '../errors/source-closed.ts';
import { isRefusal } from '../limits/circuit-breaker.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Random } from '../ports/random.ts';
import { sleepUnder } from '../time/sleep-under.ts';
import { aroundCalls, overlay, type Call, type Layer } from './layer.ts';

export interface RetryPolicy {
  /** Attempts, the first included. */
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** A vendor that asks for a longer wait than this is not waited for. */
  readonly maxRetryAfterMs: number;
}

export const defaultRetryPolicy: RetryPolicy = { maxAttempts: 4, baseDelayMs: 200, maxDelayMs: 10_000, maxRetryAfterMs: 120_000 };

const mostTimeouts = 2;

/**
 * How long to wait before attempt `attempt + 1`, or `null` to give up; `chance` is from 0 to 1.
 * - The vendor's own wish comes first; else full jitter under a doubling ceiling.
 * - Silence is waited out twice only: each time takes the whole time-out, and whoever waits sees nothing meanwhile.
 */
export function retryDelayMs(policy: RetryPolicy, attempt: number, error: FileSourceError, chance: number): number | null {
  const most = error.kind === 'timeout' ? Math.min(policy.maxAttempts, mostTimeouts) : policy.maxAttempts;
  if (error.status !== 'temporary' || attempt >= most) return null;
  if (error.retryAfterMs !== undefined) return error.retryAfterMs > policy.maxRetryAfterMs ? null : error.retryAfterMs;
  return chance * Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1));
}

/** Reading can be repeated freely, and what was asked for before its turn is asked for again when that comes; starting an archive only when the vendor says that it did not start one, or was not asked. */
function isSafeToRepeat(call: Call, error: FileSourceError): boolean {
  if (call.name === 'list-ahead') return false;
  return call.name !== 'archive' || error.kind === 'rate-limited' || isRefusal(error);
}

/**
 * Repeats calls that failed for a passing reason; the one place that does.
 * - Right: `delivery > retry > limit > timeout`. Each attempt queues and has its time anew, and the rest of a broken body comes through it.
 * - Wrong: `timeout > retry` (all attempts share one), a second retry anywhere (3 × 3 attempts).
 * - Who waits for another attempt when the source is closed waits no more.
 * - What survives is `persistent`. What a breaker refused was no attempt; its patience is the bound of waiting for it.
 */
export function retryLayer(options: { readonly policy: RetryPolicy; readonly clock: Clock; readonly random: Random; readonly logger: Logger }): Layer {
  const { policy, clock, random, logger } = options;
  return {
    name: 'retry',
    wrap(inner) {
      const closing = new AbortController();
      /** Whoever asks for the page in its turn must not ask before. */
      const heedWish = async ({ retryAfterMs = 0 }: FileSourceError, signal: AbortSignal | undefined): Promise<void> => {
        if (retryAfterMs > 0 && retryAfterMs <= policy.maxRetryAfterMs) await sleepUnder(clock, retryAfterMs, signal === undefined ? [closing.signal] : [closing.signal, signal]);
      };
      const around = aroundCalls(inner, async (call, run) => {
        let attempt = 1;
        for (;;) {
          try {
            return await run(call.signal);
          } catch (thrown) {
            const error = errorUnder(call.signal, thrown);
            const wasSent = !isRefusal(error);
            const delayMs = isSafeToRepeat(call, error) ? retryDelayMs(policy, wasSent ? attempt : 1, error, random.next()) : null;
            if (call.name === 'list-ahead') await heedWish(error, call.signal);
            if (delayMs === null) throw error.status === 'temporary' ? error.with({ status: 'persistent' }, true) : error;
            logger.log('info', 'source.retry', { call: call.name, kind: error.kind, attempt, delayMs });
            await sleepUnder(clock, delayMs, call.signal === undefined ? [closing.signal] : [closing.signal, call.signal]);
            if (wasSent) attempt += 1;
          }
        }
      });
      return overlay(around, {
        close: () => {
          closing.abort(sourceClosed());
          return inner.close();
        },
      });
    },
  };
}
