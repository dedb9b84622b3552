import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { createFileSources } from '../src/index.ts';
import { createAcme } from './acme.ts';

it('an adapter without checks has its addresses looked at, without credentials', async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.statusCode = 404;
    response.end('no');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sources = await createFileSources({ config: { sources: { files: { provider: 'acme-files', token: 't0ken-of-acme', baseUrl } } }, adapters: [createAcme().descriptor] });
  const found = await sources.get('files').diagnose();
  expect(found.map(({ check, status }) => `${check} ${status}`)).toEqual(['reachability ok', 'clock ok', 'credentials skipped']);
  expect(seen).toEqual([undefined]);

  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  const [down] = await sources.get('files').diagnose();
  expect(down).toMatchObject({ check: 'reachability', status: 'failed', message: expect.stringContaining(baseUrl), advice: expect.any(String) });
  await sources.close();
});
