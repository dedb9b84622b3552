import { once } from 'node:events';
import { Agent, createServer, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { heedRest } from '../src/heed-rest.ts';

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0).reverse()) end();
});

it('no request gets a connection that was closed in the same turn, because bytes came that nobody asked for', async () => {
  const server = createServer((_request, response) => response.end('answer')).listen(0, '127.0.0.1');
  endings.push(() => void server.close());
  await once(server, 'listening');
  const agent = new Agent({ keepAlive: true });
  const close = heedRest(agent);
  endings.push(() => {
    close();
    agent.destroy();
  });
  const post = async (): Promise<number | undefined> => {
    const request = httpRequest({ agent, method: 'POST', port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
    request.end('question');
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    answer.resume();
    await once(answer, 'close');
    return answer.statusCode;
  };
  expect(await Promise.all([post(), post(), post()])).toEqual([200, 200, 200]);
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
  const resting = Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? []);
  expect(resting).toHaveLength(3);
  resting.at(-1)?.emit('data', Buffer.from('not asked for'));
  expect(await post()).toBe(200);
  expect(resting.map(({ destroyed }) => destroyed)).toEqual([false, false, true]);
  expect((agent as Agent & { readonly totalSocketCount: number }).totalSocketCount).toBe(2);
});

it('a request to another server does not wait for a connection that it cannot use', async () => {
  const servers = [0, 1].map(() => createServer((_request, response) => response.end('answer')).listen(0, '127.0.0.1'));
  endings.push(() => servers.forEach((server) => void server.close()));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const [first, second] = servers.map((server) => (server.address() as AddressInfo).port);
  const agent = new Agent({ keepAlive: true });
  const close = heedRest(agent);
  endings.push(() => {
    close();
    agent.destroy();
  });
  const start = (port: number | undefined): ClientRequest => httpRequest({ agent, port, host: '127.0.0.1' }).on('error', () => undefined);
  const request = start(first);
  request.end();
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'close');
  expect(Object.keys(agent.freeSockets)).toHaveLength(1);
  const connectionsOf = (port: number | undefined): number => Object.keys(agent.sockets).filter((name) => name.startsWith(`127.0.0.1:${port}:`)).length;
  start(first).end();
  start(second).end();
  expect([connectionsOf(first), connectionsOf(second)]).toEqual([0, 1]);
});
