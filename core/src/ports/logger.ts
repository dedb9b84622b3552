export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Structured log. What reaches it was redacted before: no credential, no signed link, at any level. */
export interface Logger {
  log(level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>): void;
}

export const silentLogger: Logger = { log: () => undefined };
