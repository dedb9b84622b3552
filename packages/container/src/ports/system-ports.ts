import { Redactor, silentLogger, type HttpClient, type Ports } from '@filesource/core';
import { createHttpClient, type AxiosTransportOptions } from '@filesource/http';
import { redactingLogger } from '../logging/redacting-logger.ts';
import { unfailingLogger } from '../logging/unfailing-logger.ts';
import { nodeHashing } from './node-hashing.ts';
import { systemClock } from './system-clock.ts';
import { systemRandom } from './system-random.ts';

export interface SystemPortsOptions extends Partial<Ports> {
  /** Makes the exchanges in place of axios; the HTTP policies hold all the same. */
  readonly transport?: HttpClient;
  readonly axios?: AxiosTransportOptions;
}

/** The ports of this process, for code that builds sources without a config; any of them can be replaced. */
export function systemPorts(options: SystemPortsOptions = {}): Ports {
  const { clock = systemClock, random = systemRandom, hashing = nodeHashing, redactor = new Redactor(), transport, axios } = options;
  const logger = redactingLogger(unfailingLogger(options.logger ?? silentLogger), redactor);
  const http =
    options.http ?? createHttpClient({ clock, logger, ...(transport === undefined ? {} : { transport }), ...(axios === undefined ? {} : { axios }) });
  return { http, clock, random, hashing, logger, redactor };
}
