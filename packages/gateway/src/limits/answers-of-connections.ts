import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Closes every answer with its connection, and once `closing` fires every connection that has nothing to answer.
 * - Of pipelined requests, Node closes the answer whose turn it is; those behind it would stay open for ever, and all that they hold.
 * - Node takes a connection that has sent nothing, or half a request, for one in use, and keeps one whose last answer has ended.
 */
export class AnswersOfConnections {
  readonly #open = new Map<Socket, Set<ServerResponse>>();
  readonly #closing: AbortSignal;

  constructor(server: Server, closing: AbortSignal) {
    this.#closing = closing;
    server.on('connection', (socket) => {
      this.#follow(socket);
      this.#closeUnused(socket);
    });
    closing.addEventListener('abort', () => this.#open.forEach((_answers, socket) => this.#closeUnused(socket)), { once: true });
  }

  add(socket: Socket, response: ServerResponse): void {
    const open = this.#open.get(socket) ?? this.#follow(socket);
    open.add(response);
    response.once('close', () => {
      open.delete(response);
      this.#closeUnused(socket);
    });
  }

  #follow(socket: Socket): Set<ServerResponse> {
    const open = new Set<ServerResponse>();
    this.#open.set(socket, open);
    socket.once('close', () => {
      this.#open.delete(socket);
      for (const response of [...open].filter((one) => one.socket === null)) {
        response.destroy();
        response.emit('close');
      }
    });
    return open;
  }

  /** A request that has not come whole is none yet. */
  #closeUnused(socket: Socket): void {
    const open = this.#open.get(socket);
    if (!this.#closing.aborted || open === undefined) return;
    if (![...open].some(({ req }) => req.complete)) socket.destroySoon();
  }
}
