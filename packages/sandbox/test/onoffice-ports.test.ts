import { createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { startOnOfficeSandbox } from '../src/index.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

it('leaves no server behind when its port is taken', async () => {
  const first = await startOnOfficeSandbox();
  const linkPort = await freePort();
  const taken = Number(new URL(first.apiUrl).port);
  await expect(startOnOfficeSandbox({ port: taken, linkPort })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  const second = await startOnOfficeSandbox({ linkPort });
  expect(new URL(second.fileHost).port).toBe(String(linkPort));
  await Promise.all([first.close(), second.close()]);
});
