import { defaultStatus, type ErrorKind, type ErrorStatus } from './kinds.ts';

const brand = Symbol.for('@filesource/core/FileSourceError');

/** The facts an error carries besides its kind and message. None of them may hold a credential or a signed link. */
export interface ErrorFacts {
  readonly status?: ErrorStatus;
  /** What the reader should do about it, as a sentence. */
  readonly advice?: string;
  readonly source?: string;
  readonly provider?: string;
  /** The call of the contract that failed: list, stat, open, link, archive. */
  readonly operation?: string;
  readonly ref?: string;
  /** The vendor's own code, as the vendor writes it. */
  readonly vendorCode?: string;
  readonly httpStatus?: number;
  /** How long the vendor asks to wait before the next attempt. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** An error in a form that is safe to print, log and send. */
export interface ErrorJson extends Omit<ErrorFacts, 'status' | 'cause'> {
  readonly kind: ErrorKind;
  readonly status: ErrorStatus;
  readonly message: string;
}

const factNames = ['advice', 'source', 'provider', 'operation', 'ref', 'vendorCode', 'httpStatus', 'retryAfterMs'] as const;

/**
 * The one error class of filesource.
 * - `kind` says what a caller can do about it, `status` whether trying again can help.
 * - `FileSourceError.is(error, kind?)` recognises errors of other copies of this package too; `instanceof` does not.
 */
export class FileSourceError extends Error {
  readonly kind: ErrorKind;
  readonly status: ErrorStatus;
  declare readonly advice?: string;
  declare readonly source?: string;
  declare readonly provider?: string;
  declare readonly operation?: string;
  declare readonly ref?: string;
  declare readonly vendorCode?: string;
  declare readonly httpStatus?: number;
  declare readonly retryAfterMs?: number;

  constructor(kind: ErrorKind, message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'FileSourceError';
    this.kind = kind;
    this.status = facts.status ?? defaultStatus(kind);
    for (const name of factNames) {
      const value = facts[name];
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: true });
    }
    Object.defineProperty(this, brand, { value: true });
  }

  static is(error: unknown, ...kinds: readonly ErrorKind[]): error is FileSourceError {
    if (typeof error !== 'object' || error === null || !(brand in error)) return false;
    return kinds.length === 0 || kinds.includes((error as unknown as FileSourceError).kind);
  }

  /** A copy with other facts, kind and message kept; facts that are set here already win unless `replace` is given. */
  with(facts: ErrorFacts & { readonly message?: string }, replace = false): FileSourceError {
    const own = this.facts();
    const merged = replace ? { ...own, ...facts } : { ...facts, ...own };
    const copy = new FileSourceError(this.kind, facts.message ?? this.message, merged);
    if (this.stack !== undefined) {
      // After the message, which may hold what looks like frames.
      const messageEnd = this.stack.indexOf(this.message) + this.message.length;
      const frames = this.stack.slice(this.stack.indexOf('\n    at ', messageEnd));
      Object.defineProperty(copy, 'stack', { value: `${copy.name}: ${copy.message}${frames.startsWith('\n') ? frames : ''}`, writable: true, configurable: true });
    }
    return copy;
  }

  /** Everything in one line: where, what, and what to do. */
  describe(): string {
    const where = this.ref ?? this.source;
    const parts = [where === undefined ? '' : `${where}: `, this.message];
    if (this.vendorCode !== undefined) parts.push(` (vendor code ${this.vendorCode})`);
    if (this.advice !== undefined) parts.push(` ${this.advice}`);
    return parts.join('');
  }

  toJSON(): ErrorJson {
    const json: Record<string, unknown> = { kind: this.kind, status: this.status, message: this.message };
    for (const name of factNames) if (this[name] !== undefined) json[name] = this[name];
    return json as unknown as ErrorJson;
  }

  private facts(): ErrorFacts {
    const facts: Record<string, unknown> = { status: this.status };
    for (const name of factNames) if (this[name] !== undefined) facts[name] = this[name];
    if (this.cause !== undefined) facts['cause'] = this.cause;
    return facts;
  }
}
