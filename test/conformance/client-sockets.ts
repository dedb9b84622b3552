import diagnostics from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

/** What this process sends and receives as a client, as Node sees it: below axios, below the HTTP port, on the sockets themselves. */
export interface ClientSockets {
  /** Exchanges whose answer has not come to its end and whose socket is still held. */
  readonly inUse: number;
  /** Bytes that came in over all sockets, those that are closed included. */
  readonly bytesReceived: number;
  stop(): void;
}

export function watchClientSockets(): ClientSockets {
  const sockets = new Set<Socket>();
  let inUse = 0;
  const onSocket = (message: unknown): void => void sockets.add((message as { readonly socket: Socket }).socket);
  const onRequest = (message: unknown): void => {
    inUse += 1;
    (message as { readonly request: ClientRequest }).request.once('close', () => (inUse -= 1));
  };
  diagnostics.subscribe('net.client.socket', onSocket);
  diagnostics.subscribe('http.client.request.start', onRequest);
  return {
    get inUse() {
      return inUse;
    },
    get bytesReceived() {
      return [...sockets].reduce((sum, socket) => sum + socket.bytesRead, 0);
    },
    stop() {
      diagnostics.unsubscribe('net.client.socket', onSocket);
      diagnostics.unsubscribe('http.client.request.start', onRequest);
    },
  };
}
