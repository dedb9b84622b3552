import type { Redactor } from '../redaction.ts';
import type { Clock } from './clock.ts';
import type { Hashing } from './hashing.ts';
import type { HttpClient } from './http.ts';
import type { Logger } from './logger.ts';
import type { Random } from './random.ts';

/** Everything outside of core and adapters that they may touch. A host binds its own in place of any of them. */
export interface Ports {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly hashing: Hashing;
  readonly logger: Logger;
  /** Adapters add credentials that they obtain on the way, such as login tokens. */
  readonly redactor: Redactor;
}
