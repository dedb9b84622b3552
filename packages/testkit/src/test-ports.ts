import { createHash, createHmac } from 'node:crypto';
import { FileSourceError, Redactor, type Hashing, type HttpClient, type Logger, type LogLevel, type Ports } from '@filesource/core';
import { realClock } from './real-clock.ts';

export interface LoggedEvent {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface TestPorts extends Ports {
  /** Everything that was logged, in order. */
  readonly logged: readonly LoggedEvent[];
}

const noHttp: HttpClient = {
  send: async (request) => {
    throw new FileSourceError('network', `no HTTP client was given, and ${request.method} was sent`);
  },
};

export const nodeHashing: Hashing = {
  hmacSha256Base64: (key, text) => createHmac('sha256', key).update(text, 'utf8').digest('base64'),
  sha256: () => {
    const hash = createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest('hex') };
  },
};

/**
 * Ports for a test: the real clock, hashing by Node, a logger that remembers, jitter that is always half.
 * - Any of them can be replaced.
 */
export function createTestPorts(replaced: Partial<Ports> = {}): TestPorts {
  const logged: LoggedEvent[] = [];
  const logger: Logger = { log: (level, event, fields = {}) => void logged.push({ level, event, fields }) };
  return { http: noHttp, clock: realClock, random: { next: () => 0.5 }, hashing: nodeHashing, logger, redactor: new Redactor(), ...replaced, logged };
}
