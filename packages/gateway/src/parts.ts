import type { FileSources } from '@filesource/container';
import { FileSourceError, type Clock, type FileSource, type Hashing, type Logger, type Redactor } from '@filesource/core';
import type { Grant, Grants } from './auth/grants.ts';
import type { Sessions } from './auth/sessions.ts';
import type { CursorSeal } from './cursors/cursor-seal.ts';
import type { Metrics } from './metrics.ts';
import type { Operations } from './operations/operations.ts';
import type { GatewaySettings } from './settings.ts';

/** What the routes work with. */
export interface Parts {
  readonly settings: GatewaySettings;
  readonly sources: FileSources;
  readonly grants: Grants;
  readonly sessions: Sessions;
  readonly operations: Operations;
  readonly cursors: CursorSeal;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly hashing: Hashing;
  readonly logger: Logger;
  readonly redactor: Redactor;
  /** Fires when the gateway starts to shut down. */
  readonly closing: AbortSignal;
}

/** The source of that name. One that the token may not use is one that is not there: throws `not-found`. */
export function sourceFor({ sources }: Pick<Parts, 'sources'>, grant: Grant, name: string): FileSource {
  if (sources.has(name) && grant.mayUse(name)) return sources.get(name);
  throw new FileSourceError('not-found', `there is no source ${JSON.stringify(name)} for the token ${grant.name}`, { advice: 'GET /v1/sources lists those that there are.' });
}
