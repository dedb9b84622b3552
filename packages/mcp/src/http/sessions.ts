import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Clock } from '@filesource/core';
import type { FileSourceMcp } from '../file-source-mcp.ts';

export interface SessionLimits {
  readonly most: number;
  /** Counted from the last request, while none is open. */
  readonly idleMs: number;
  readonly requestBytes: number;
}

interface Session {
  readonly server: McpServer;
  readonly transport: StreamableHTTPServerTransport;
  readonly open: Set<IncomingMessage>;
  usedMs: number;
}

/** The sessions of an HTTP server: bounded in number, and closed when nobody uses them. */
export class Sessions {
  readonly #mcp: FileSourceMcp;
  readonly #clock: Clock;
  readonly #limits: SessionLimits;
  readonly #sessions = new Map<string, Session>();
  /** Those whose first request has not come whole; each has its place. */
  readonly #opening = new Set<Session>();

  constructor(mcp: FileSourceMcp, clock: Clock, limits: SessionLimits) {
    this.#mcp = mcp;
    this.#clock = clock;
    this.#limits = limits;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** False for a session that there is not, and where there is no place for another. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<'handled' | 'unknown' | 'full'> {
    await this.sweep();
    const id = request.headers['mcp-session-id'];
    if (typeof id === 'string') {
      const session = this.#sessions.get(id);
      if (session === undefined) return 'unknown';
      await this.#answer(session, request, response);
      return 'handled';
    }
    const isFull = this.#sessions.size + this.#opening.size >= this.#limits.most;
    const idlest = isFull ? this.#idlest() : undefined;
    if (isFull && idlest === undefined) return 'full';
    const session = this.#make();
    this.#opening.add(session);
    try {
      if (idlest !== undefined) await this.#close(...idlest);
      await session.server.connect(session.transport);
      await this.#answer(session, request, response);
    } finally {
      this.#opening.delete(session);
      // What was no initialisation has made no session.
      if (session.transport.sessionId === undefined) await session.server.close();
    }
    return 'handled';
  }

  /** Closes those that nobody has used for too long. */
  async sweep(): Promise<void> {
    const oldestMs = this.#clock.now() - this.#limits.idleMs;
    for (const [id, session] of this.#sessions) if (isUnused(session) && session.usedMs < oldestMs) await this.#close(id, session);
  }

  async close(): Promise<void> {
    await Promise.all([...[...this.#sessions].map(([id, session]) => this.#close(id, session)), ...[...this.#opening].map(({ server }) => server.close())]);
  }

  #make(): Session {
    const server = this.#mcp.createServer();
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      maxRequestBodySize: this.#limits.requestBytes,
      onsessioninitialized: (id) => {
        this.#opening.delete(session);
        this.#sessions.set(id, session);
      },
      onsessionclosed: (id) => void this.#sessions.delete(id),
    });
    const session: Session = { server, transport, open: new Set(), usedMs: this.#clock.now() };
    return session;
  }

  async #answer(session: Session, request: IncomingMessage, response: ServerResponse): Promise<void> {
    session.open.add(request);
    session.usedMs = this.#clock.now();
    response.once('close', () => {
      session.open.delete(request);
      session.usedMs = this.#clock.now();
    });
    await session.transport.handleRequest(request, response);
  }

  #idlest(): [string, Session] | undefined {
    return [...this.#sessions].filter(([, session]) => isUnused(session)).sort(([, a], [, b]) => a.usedMs - b.usedMs)[0];
  }

  async #close(id: string, { server }: Session): Promise<void> {
    this.#sessions.delete(id);
    await server.close().catch(() => undefined);
  }
}

/** Of pipelined requests, only the one whose turn it is learns that its connection has closed. */
function isUnused({ open }: Session): boolean {
  return [...open].every(({ socket }) => socket.destroyed);
}
