import type { Clock, Hashing, HttpClient, Layer, Logger, Ports, Random, Redactor } from '@filesource/core';
import type { ServiceIdentifier } from 'inversify';
import type { FileSources } from './file-sources.ts';

function token<T>(name: string): ServiceIdentifier<T> {
  return Symbol.for(`@filesource/container/${name}`);
}

/**
 * What can be bound and got from a container.
 * - A host binds any of `clock`, `random`, `hashing`, `logger`, `transport`, `http`, `layers` before it loads the module.
 * - `transport` makes one exchange and stands under the HTTP policies; `http` is the port itself and replaces them too.
 */
export const tokens = {
  clock: token<Clock>('clock'),
  random: token<Random>('random'),
  hashing: token<Hashing>('hashing'),
  logger: token<Logger>('logger'),
  transport: token<HttpClient>('transport'),
  http: token<HttpClient>('http'),
  layers: token<readonly Layer[]>('layers'),
  /** Bound by the module; knows every credential of the config. */
  redactor: token<Redactor>('redactor'),
  /** `logger` behind the redactor: what everything of ours logs to. */
  safeLogger: token<Logger>('safe-logger'),
  ports: token<Ports>('ports'),
  fileSources: token<FileSources>('file-sources'),
} as const;
