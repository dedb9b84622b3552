import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Closes every answer with its connection.
 * - Node does so for the answer whose turn it is. Of pipelined requests, those behind it would stay open for ever, and all that they hold.
 */
export class AnswersOfConnections {
  readonly #open = new WeakMap<Socket, Set<ServerResponse>>();

  add(socket: Socket, response: ServerResponse): void {
    const open = this.#open.get(socket) ?? this.#follow(socket);
    open.add(response);
    response.once('close', () => open.delete(response));
  }

  #follow(socket: Socket): Set<ServerResponse> {
    const open = new Set<ServerResponse>();
    this.#open.set(socket, open);
    socket.once('close', () => {
      for (const response of [...open].filter((one) => one.socket === null)) {
        response.destroy();
        response.emit('close');
      }
    });
    return open;
  }
}
