import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { boundConnecting, type ReadyEvent } from './bound-connecting.ts';
import { heedRest } from './heed-rest.ts';

export interface ConnectingOptions {
  readonly connectTimeoutMs: number;
  /** Further certificate authorities, as PEM. */
  readonly ca?: string;
  readonly lookup?: LookupFunction;
  /** Connections at rest that are kept; default 16. */
  readonly maxKept?: number;
}

export interface Agents {
  /** That of `https:`, or of all else; each is made when it is first asked for. */
  readonly of: (protocol: string) => HttpAgent;
  /** Keeps so many connections at rest from now on, if that is more than before. */
  keep(connections: number): void;
  close(): void;
}

/** Connections that are kept for the next request, with a bound on how long making one may take. */
export function createAgents(options: ConnectingOptions): Agents {
  const { connectTimeoutMs, ca, lookup, maxKept = 16 } = options;
  const settings: AgentOptions & { maxFreeSockets: number } = { keepAlive: true, maxFreeSockets: maxKept, scheduling: 'lifo', ...(lookup === undefined ? {} : { lookup }) };
  const made = new Map<string, HttpAgent>();
  const closings: (() => void)[] = [];
  const make = (isTls: boolean): HttpAgent =>
    isTls ? boundEach(new HttpsAgent({ ...settings, ...(ca === undefined ? {} : { ca }) }), 'secureConnect', connectTimeoutMs) : boundEach(new HttpAgent(settings), 'connect', connectTimeoutMs);
  return {
    of: (protocol) => {
      const key = protocol === 'https:' ? protocol : 'http:';
      const known = made.get(key);
      if (known !== undefined) return known;
      const agent = make(key === 'https:');
      made.set(key, agent);
      closings.push(heedRest(agent));
      return agent;
    },
    keep: (connections) => {
      settings.maxFreeSockets = Math.max(settings.maxFreeSockets, connections);
      for (const agent of made.values()) agent.maxFreeSockets = settings.maxFreeSockets;
    },
    close: () => {
      for (const close of closings.splice(0)) close();
      for (const agent of made.values()) agent.destroy();
    },
  };
}

function boundEach(agent: HttpAgent, ready: ReadyEvent, timeoutMs: number): HttpAgent {
  const create = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = create(options, callback);
    const ofRequest = (options as { readonly connectTimeoutMs?: number }).connectTimeoutMs;
    if (socket !== null && socket !== undefined) boundConnecting(socket, ready, ofRequest ?? timeoutMs);
    return socket;
  };
  return agent;
}
