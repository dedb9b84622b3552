import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { Connection, type Receiver } from '../src/download/connection.ts';

it('a connection that came to rest while it was held back is heard again by the next exchange', async () => {
  const server = createServer((socket) => void socket.on('error', () => undefined).on('data', () => void socket.write('answer'))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connection = new Connection('http://127.0.0.1', {
    scratch: Buffer.alloc(100),
    connect: (onread) => connect({ host: '127.0.0.1', port, onread }),
    onClose: () => undefined,
  });
  // TLS may bring the last bytes of a body to a reader that has enough.
  for (const holdsBack of [true, false, true, false]) {
    const heard = await new Promise<string>((resolve) => {
      const receiver: Receiver = {
        room: () => undefined,
        accept: (bytes, room) => {
          resolve(Buffer.from(room.subarray(0, bytes)).toString());
          return !holdsBack;
        },
        lost: () => resolve('lost'),
      };
      connection.ask('question', receiver);
    });
    expect(heard).toBe('answer');
    connection.rest(undefined);
    expect(connection.isFit).toBe(true);
  }
  connection.destroy();
  server.close();
});
