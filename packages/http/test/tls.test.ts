import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createVirtualClock } from '@filesource/testkit';
import { loopbackCertificate } from '../../../test/support/loopback-certificate.ts';
import { createHttpClient, type AxiosTransportOptions, type ClosableHttpClient } from '../src/index.ts';
import { get, startServer, textOf, type TestServer } from './servers.ts';

const clock = createVirtualClock();
const credentials = { authorization: 'Bearer xyz' };

describe('a portal over TLS', () => {
  const endings: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });
  const startPlain = async (): Promise<TestServer> => {
    const server = await startServer((_request, response) => response.end('over plain http'));
    endings.push(() => server.close());
    return server;
  };
  /** A portal that redirects every request to `location`; tells what it was sent. */
  const startPortal = async (location: string): Promise<{ readonly url: string; readonly authorizations: (string | undefined)[] }> => {
    const authorizations: (string | undefined)[] = [];
    const server = createServer(loopbackCertificate, (request, response) => {
      authorizations.push(request.headers.authorization);
      response.writeHead(302, { location }).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    endings.push(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/download`, authorizations };
  };
  const clientWith = (axios: AxiosTransportOptions = { ca: loopbackCertificate.cert }): ClosableHttpClient => {
    const client = createHttpClient({ clock, axios });
    endings.push(() => client.close());
    return client;
  };

  it('that redirects to plain http on its own host is followed without the credentials', async () => {
    const plain = await startPlain();
    const portal = await startPortal(`${plain.url}/file`);
    const response = await clientWith().send(get(portal.url, { credentials, headers: { Cookie: 'mine=1', 'x-mine': '1' }, maxRedirects: 2, allowedHosts: ['127.0.0.1'] }));
    expect([response.url, await textOf(response)]).toEqual([`${plain.url}/file`, 'over plain http']);
    expect(portal.authorizations).toEqual([credentials.authorization]);
    expect(plain.requests).toHaveLength(1);
    expect(plain.requests[0]?.headers).toMatchObject({ 'x-mine': '1' });
    expect(Object.keys(plain.requests[0]?.headers ?? {})).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(authorization|cookie)$/)]));
  });

  it('that redirects to plain http on another host is not followed, even where that host is allowed', async () => {
    const plain = await startPlain();
    const portal = await startPortal(`http://localhost:${new URL(plain.url).port}/file`);
    const refused = clientWith().send(get(portal.url, { credentials, maxRedirects: 2, allowedHosts: ['127.0.0.1', 'localhost'] }));
    await expect(refused).rejects.toMatchObject({ kind: 'host-refused', message: expect.stringContaining('from https to plain http') });
    expect(portal.authorizations).toHaveLength(1);
    expect(plain.requests).toEqual([]);
  });

  it('whose certificate nobody vouches for is told no credentials', async () => {
    const portal = await startPortal('/again');
    await expect(clientWith({}).send(get(portal.url, { credentials }))).rejects.toMatchObject({ kind: 'network', message: expect.stringMatching(/certificate|SELF_SIGNED/i) });
    expect(portal.authorizations).toEqual([]);
  });
});
