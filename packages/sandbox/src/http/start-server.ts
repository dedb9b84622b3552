import { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

export interface RunningServer {
  /** Without a slash at the end, e.g. `http://127.0.0.1:49152`. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on loopback; port 0 (the default) takes a free one. */
export async function startServer(app: FastifyInstance, port = 0): Promise<RunningServer> {
  await app.listen({ host: '127.0.0.1', port });
  const { port: bound } = app.server.address() as AddressInfo;
  const scheme = app.server instanceof HttpsServer ? 'https' : 'http';
  return { url: `${scheme}://127.0.0.1:${bound}`, port: bound, close: () => app.close() };
}
