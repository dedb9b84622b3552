import type { Duplex } from 'node:stream';
import { FileSourceError } from '@filesource/core';

export type ReadyEvent = 'connect' | 'secureConnect';

/** Gives up a connection that does not stand in time. */
export function boundConnecting(socket: Duplex, ready: ReadyEvent, timeoutMs: number): void {
  const timer = setTimeout(() => {
    socket.destroy(new FileSourceError('timeout', `no connection within ${timeoutMs} ms`, { advice: 'Check the network, or raise connectTimeoutMs of the source.' }));
  }, timeoutMs);
  const stop = (): void => clearTimeout(timer);
  socket.once(ready, stop);
  socket.once('close', stop);
}
