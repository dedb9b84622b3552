import type { Readable } from 'node:stream';
import { WholeBody } from '@filesource/core';
import { Connections } from './download/connections.ts';
import { createAgents, type Agents, type ConnectingOptions } from './agents.ts';

/** Connections that are kept at rest, at least; more where more have been in use at once. */
const leastKept = 16;
const mostKept = 256;

/** The connections of one vendor account. */
export class Pool {
  /** Of calls. */
  readonly agents: Agents;
  /** Of files. */
  readonly connections: Connections;
  #inUse = 0;

  constructor(options: ConnectingOptions) {
    this.agents = createAgents({ ...options, maxKept: leastKept });
    this.connections = new Connections({ ...options, maxKept: leastKept });
  }

  /** Runs one exchange, which lasts until its body is closed: as many connections are kept as were in use at once. */
  async use<Answer extends { readonly body: Readable }>(exchange: () => Promise<Answer>): Promise<Answer> {
    this.#inUse += 1;
    if (this.#inUse > leastKept) this.#keep(Math.min(this.#inUse, mostKept));
    const end = (): void => void (this.#inUse -= 1);
    try {
      const answer = await exchange();
      if (answer.body instanceof WholeBody || answer.body.closed) end();
      else answer.body.once('close', end);
      return answer;
    } catch (error) {
      end();
      throw error;
    }
  }

  close(): void {
    this.agents.close();
    this.connections.close();
  }

  #keep(connections: number): void {
    this.agents.keep(connections);
    this.connections.keepUpTo(connections);
  }
}

/** Pools by their names, made when they are asked for. */
export class Pools {
  readonly #options: ConnectingOptions;
  readonly #pools = new Map<string, Pool>();

  constructor(options: ConnectingOptions) {
    this.#options = options;
  }

  of(name: string): Pool {
    const known = this.#pools.get(name);
    if (known !== undefined) return known;
    const pool = new Pool(this.#options);
    this.#pools.set(name, pool);
    return pool;
  }

  close(): void {
    for (const pool of this.#pools.values()) pool.close();
    this.#pools.clear();
  }
}
