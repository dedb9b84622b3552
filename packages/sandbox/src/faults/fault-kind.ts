import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from './answer.ts';
import type { Setting } from './settings.ts';

/** What a request is about; one request may be about several. */
export const targets = {
  content: 'the bytes of a file',
  archive: 'the bytes of an archive',
  list: 'a page of a listing',
  operation: 'starting, watching and stopping a bulk download',
  login: 'signing in',
  api: 'any call of the API, those above included',
  any: 'everything',
} as const;

export type Target = keyof typeof targets;

/** What faults have to know of one vendor's server. */
export interface FaultDialect {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  targetsOf(request: FastifyRequest): readonly Target[];
  /** For a request for a page: makes it ask for so many pages on, or back. */
  pageOf(request: FastifyRequest): { readonly isFirst: boolean; turn(pages: number): void } | undefined;
  /** The answer without its last result; `undefined` where it has none to lose. */
  withoutResult(json: unknown): unknown;
  /** For a request that is let in by its link alone: answers that the link has run out. */
  linkOf(request: FastifyRequest): { expire(reply: FastifyReply): FastifyReply } | undefined;
  /** Where there are tokens that run out. */
  readonly expireTokens?: () => void;
  forgetOperations(): void;
  breakConnections(): void;
}

export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly dialect: FaultDialect;
}

/** One kind of fault: what it is called for, what it may be told, and what it does. */
export interface FaultKind<Settings extends object = Readonly<Record<string, unknown>>> {
  /** As a sentence without its subject. */
  readonly does: string;
  /** What it strikes, unless it is told otherwise. */
  readonly on: readonly Target[];
  readonly settings: { readonly [Name in keyof Settings]: Setting<Settings[Name]> };
  /** Whether there is anything for it to do here; a request where there is not does not count. */
  fits?(exchange: Exchange): boolean;
  /** Comes before the server sees the request; may change it, or answer in the server's place. */
  before?(exchange: Exchange, settings: Settings): void | 'answered' | Promise<void>;
  /** Changes what the server answers. */
  after?(answer: Answer, settings: Settings, exchange: Exchange): void;
}

export function defineFault<Settings extends object>(kind: FaultKind<Settings>): FaultKind<Settings> {
  return kind;
}
