import { checkNumber } from '../checked-number.ts';
import { FileSourceError } from '../errors/file-source-error.ts';
import type { ErrorKind } from '../errors/kinds.ts';
import { toFileSourceError } from '../errors/to-file-source-error.ts';
import type { Clock } from '../ports/clock.ts';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerPolicy {
  /** Failures in a row, of attempts at any source of the account, after which the vendor is left alone. */
  readonly failures: number;
  /** How long it is left alone before one attempt tries it again. */
  readonly coolDownMs: number;
}

type OnChange = (state: BreakerState, error: FileSourceError | undefined) => void;

/** What a vendor that is down or unreachable gives. */
const failureKinds: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['network', 'timeout', 'vendor-failure']);
/** What only a vendor that is there can say. */
const answerKinds: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['not-found', 'permission-denied', 'unauthenticated', 'rate-limited', 'quota-exceeded', 'conflict']);

const refusals = new WeakSet<FileSourceError>();

/** True for an error of an attempt that a breaker did not let through: nothing was sent. */
export function isRefusal(error: FileSourceError): boolean {
  return refusals.has(error);
}

/** For so many cool-downs callers may wait for the vendor with their retries; after that they fail at once. */
const patientCoolDowns = 3;
/** When to come back while another attempt tries the vendor. */
const probeHintMs = 1000;

/**
 * Leaves a vendor alone that does not work: it then fails at once, with the last error as `cause` and with `retryAfterMs`.
 * - Counts temporary errors of kind network, timeout and vendor-failure only. Any answer of the vendor starts the count anew; an abort changes nothing.
 * - Connections that break while the first failure of a row is seen do not open it, however many they are: one cut ends all of them at once.
 * - Its refusals are `temporary` for three cool-downs, so that a short outage is waited for, and `persistent` after that.
 * - Our own and not a library's, since those read the time and set timers by themselves.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  readonly #policy: BreakerPolicy;
  #failures = 0;
  #begun = 0;
  /** How many attempts had begun when the first one of a row failed. */
  #begunBefore = 0;
  #last: FileSourceError | undefined;
  /** Since when calls are refused; `undefined` while closed. */
  #openedMs: number | undefined;
  #downSinceMs = 0;
  /** The one attempt that tries the vendor again. */
  #probe: symbol | undefined;

  constructor(clock: Clock, policy: BreakerPolicy) {
    checkNumber('failures', policy.failures, 1);
    checkNumber('coolDownMs', policy.coolDownMs, 0);
    this.#clock = clock;
    this.#policy = policy;
  }

  get state(): BreakerState {
    if (this.#openedMs === undefined) return 'closed';
    return this.#probe === undefined ? 'open' : 'half-open';
  }

  /** Makes one attempt, or refuses it; `onChange` learns of what this attempt changed. */
  async run<T>(attempt: () => Promise<T>, onChange: OnChange = () => undefined): Promise<T> {
    const pass = this.#enter();
    if (pass !== undefined) onChange('half-open', this.#last);
    this.#begun += 1;
    const number = this.#begun;
    try {
      const value = await attempt();
      this.#answered(onChange);
      return value;
    } catch (thrown) {
      const error = toFileSourceError(thrown);
      if (answerKinds.has(error.kind)) this.#answered(onChange);
      else if (failureKinds.has(error.kind) && error.status === 'temporary') this.#failed(error, { pass, number }, onChange);
      throw thrown;
    } finally {
      if (pass !== undefined && pass === this.#probe) this.#probe = undefined;
    }
  }

  /** Something for the attempt that tries the vendor again, nothing while closed. */
  #enter(): symbol | undefined {
    if (this.#openedMs === undefined) return undefined;
    const nowMs = this.#clock.now();
    // A clock that was put back must not keep it open for longer.
    this.#openedMs = Math.min(this.#openedMs, nowMs);
    this.#downSinceMs = Math.min(this.#downSinceMs, nowMs);
    const leftMs = this.#openedMs + this.#policy.coolDownMs - nowMs;
    if (leftMs > 0) throw this.#refusal(leftMs, nowMs);
    if (this.#probe !== undefined) throw this.#refusal(Math.min(this.#policy.coolDownMs, probeHintMs), nowMs);
    this.#probe = Symbol('probe');
    return this.#probe;
  }

  #answered(onChange: OnChange): void {
    this.#failures = 0;
    if (this.#openedMs === undefined) return;
    this.#openedMs = undefined;
    this.#probe = undefined;
    this.#last = undefined;
    onChange('closed', undefined);
  }

  #failed(error: FileSourceError, { pass, number }: { readonly pass: symbol | undefined; readonly number: number }, onChange: OnChange): void {
    const isOpen = this.#openedMs !== undefined;
    // What was on its way when it opened tells nothing new.
    if (isOpen && (pass === undefined || pass !== this.#probe)) return;
    if (this.#failures === 0) this.#begunBefore = this.#begun;
    this.#failures += 1;
    const isOfFirst = error.kind === 'network' && this.#failures > 1 && number <= this.#begunBefore;
    if (!isOpen && (this.#failures < this.#policy.failures || isOfFirst)) return;
    const nowMs = this.#clock.now();
    if (!isOpen) this.#downSinceMs = nowMs;
    this.#openedMs = nowMs;
    this.#probe = undefined;
    this.#last = error;
    onChange('open', error);
  }

  #refusal(retryAfterMs: number, nowMs: number): FileSourceError {
    const isPatient = nowMs - this.#downSinceMs < patientCoolDowns * this.#policy.coolDownMs;
    const refusal = new FileSourceError(this.#last?.kind ?? 'vendor-failure', `the vendor was not asked, since ${this.#failures} attempts in a row had failed`, {
      status: isPatient ? 'temporary' : 'persistent',
      retryAfterMs,
      advice: 'Wait until the vendor can be reached again; it is tried anew from time to time.',
      ...(this.#last === undefined ? {} : { cause: this.#last }),
    });
    refusals.add(refusal);
    return refusal;
  }
}
