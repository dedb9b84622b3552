import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { BlockPool } from '@filesource/core';
import type { ConnectingOptions } from '../agents.ts';
import { boundConnecting } from '../bound-connecting.ts';
import type { WebUrl } from '../parse-url.ts';
import { Connection } from './connection.ts';
import { blockBytes } from './length-body.ts';
import { SmallBlocks } from './small-blocks.ts';

/** What one read may bring where the receiver has no room of its own. */
const scratchBytes = 64 * 1024;
const mostSessions = 100;
/** Of large bodies; as many as one of them has on its way to a disk, and some that are filled meanwhile. */
const mostFreeBlocks = 40;
/** A server that closes a connection a moment before it said is not to be asked on it. */
const reserveMs = 1000;
/** For so long blocks of small bodies are kept after the last one. */
const restAfterMs = 1000;

/** The connections of downloads of one vendor account: as many as are asked for at once, and some kept for the next ones. */
export class Connections {
  /** For what comes on any of them. */
  readonly smallBlocks = new SmallBlocks();
  readonly blocks = new BlockPool({ blockBytes, mostFree: mostFreeBlocks });
  readonly #options: ConnectingOptions;
  /** One for all of them: what comes there is taken before anything else can come. */
  readonly #scratch = Buffer.allocUnsafeSlow(scratchBytes);
  readonly #open = new Set<Connection>();
  readonly #kept = new Map<string, Connection[]>();
  readonly #sessions = new Map<string, Buffer>();
  #maxKept: number;
  #resting: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: ConnectingOptions) {
    this.#options = options;
    this.#maxKept = options.maxKept ?? 16;
  }

  /** One that has served before, the last one first. */
  takeKept(url: WebUrl): Connection | undefined {
    const kept = this.#kept.get(url.origin);
    for (let connection = kept?.pop(); connection !== undefined; connection = kept?.pop()) {
      if (connection.isFit) return connection;
      connection.destroy();
    }
    return undefined;
  }

  /** A new one, which may be asked before it stands. */
  open(url: WebUrl, connectTimeoutMs = this.#options.connectTimeoutMs): Connection {
    const isTls = url.protocol === 'https:';
    const connection = new Connection(url.origin, {
      scratch: this.#scratch,
      connect: (onread) => {
        const socket = isTls ? this.#connectTls(url, onread) : connectTcp(this.#settingsOf(url, onread));
        boundConnecting(socket, isTls ? 'secureConnect' : 'connect', connectTimeoutMs);
        return socket;
      },
      onClose: (closed) => this.#forget(closed),
    });
    this.#open.add(connection);
    return connection;
  }

  /** Keeps a connection whose exchange is over. */
  keep(connection: Connection, keptForMs: number | undefined): void {
    const { origin } = connection;
    const kept = this.#kept.get(origin) ?? [];
    connection.rest(keptForMs === undefined ? undefined : keptForMs - reserveMs);
    if (kept.length >= this.#maxKept || !connection.isFit || !this.#open.has(connection)) {
      connection.destroy();
      return;
    }
    kept.push(connection);
    this.#kept.set(origin, kept);
    if (this.#isIdle) this.#rest();
  }

  /** Keeps so many at rest from now on, if that is more than before. */
  keepUpTo(connections: number): void {
    this.#maxKept = Math.max(this.#maxKept, connections);
  }

  #rest(): void {
    this.blocks.rest();
    if (this.#isClosed) return;
    // Many small files have moments in which none of them is on its way.
    this.#resting ??= setTimeout(() => {
      this.#resting = undefined;
      if (this.#isIdle) this.smallBlocks.rest();
    }, restAfterMs).unref();
  }

  get #isIdle(): boolean {
    let kept = 0;
    for (const { length } of this.#kept.values()) kept += length;
    return kept === this.#open.size;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Also those in use. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#resting);
    this.smallBlocks.rest();
    for (const connection of this.#open) connection.shut();
    this.#kept.clear();
    this.#sessions.clear();
  }

  #connectTls(url: WebUrl, onread: OnReadOpts): Socket {
    const { ca } = this.#options;
    const settings = this.#settingsOf(url, onread);
    const session = this.#sessions.get(url.origin);
    const socket = connectTls({
      ...settings,
      servername: isIP(settings.host) === 0 ? settings.host : '',
      ALPNProtocols: ['http/1.1'],
      ...(ca === undefined ? {} : { ca }),
      ...(session === undefined ? {} : { session }),
    });
    socket.on('session', (fresh: Buffer) => this.#rememberSession(url.origin, fresh));
    socket.once('error', () => this.#sessions.delete(url.origin));
    return socket;
  }

  #settingsOf(url: WebUrl, onread: OnReadOpts): { host: string; port: number; onread: OnReadOpts; noDelay: true; keepAlive: true; keepAliveInitialDelay: number } {
    const { lookup } = this.#options;
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    return { host, port, onread, noDelay: true, keepAlive: true, keepAliveInitialDelay: 1000, ...(lookup === undefined ? {} : { lookup }) };
  }

  #rememberSession(origin: string, session: Buffer): void {
    this.#sessions.delete(origin);
    this.#sessions.set(origin, session);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > mostSessions && oldest !== undefined) this.#sessions.delete(oldest);
  }

  #forget(connection: Connection): void {
    this.#open.delete(connection);
    const kept = this.#kept.get(connection.origin);
    const at = kept?.indexOf(connection) ?? -1;
    if (at !== -1) kept?.splice(at, 1);
    if (kept?.length === 0) this.#kept.delete(connection.origin);
    if (this.#isIdle) this.#rest();
  }
}
