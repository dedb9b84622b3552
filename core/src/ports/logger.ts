export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Structured log. What reaches it was redacted before: no credential, no signed link, at any level. */
export interface Logger {
  log(level: LogLevel, event: string, fields?: Readonly<Record<string, unknown>>): void;
  /** False where nobody will see events of a level: then none need be made. Default: they may be seen. */
  isEnabled?(level: LogLevel): boolean;
}

export const silentLogger: Logger = { log: () => undefined, isEnabled: () => false };
