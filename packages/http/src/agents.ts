import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { boundConnecting, type ReadyEvent } from './bound-connecting.ts';

export interface AgentsOptions {
  readonly connectTimeoutMs: number;
  /** Further certificate authorities, as PEM. */
  readonly ca?: string;
  readonly lookup?: LookupFunction;
  /** Connections at rest that are kept; default 16. */
  readonly maxKept?: number;
}

export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  /** Keeps so many connections at rest from now on, if that is more than before. */
  keep(connections: number): void;
  close(): void;
}

/** Connections that are kept for the next request, with a bound on how long making one may take. */
export function createAgents(options: AgentsOptions): Agents {
  const { connectTimeoutMs, ca, lookup, maxKept = 16 } = options;
  const settings: AgentOptions = { keepAlive: true, maxFreeSockets: maxKept, scheduling: 'lifo', ...(lookup === undefined ? {} : { lookup }) };
  const http = new HttpAgent(settings);
  const https = new HttpsAgent({ ...settings, ...(ca === undefined ? {} : { ca }) });
  boundEach(http, 'connect', connectTimeoutMs);
  boundEach(https, 'secureConnect', connectTimeoutMs);
  return {
    http,
    https,
    keep: (connections) => {
      for (const agent of [http, https]) agent.maxFreeSockets = Math.max(agent.maxFreeSockets, connections);
    },
    close: () => {
      http.destroy();
      https.destroy();
    },
  };
}

function boundEach(agent: HttpAgent, ready: ReadyEvent, timeoutMs: number): void {
  const create = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = create(options, callback);
    const ofRequest = (options as { readonly connectTimeoutMs?: number }).connectTimeoutMs;
    if (socket !== null && socket !== undefined) boundConnecting(socket, ready, ofRequest ?? timeoutMs);
    return socket;
  };
}
