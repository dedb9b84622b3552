import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHttpClient, type ClosableHttpClient } from '@filesource/http';
import { realClock } from '@filesource/testkit';
import { adapterOf, bytesOf, eachAction, errorOf, result, startScriptedServer, type ScriptedServer } from './helpers.ts';

let server: ScriptedServer;
let http: ClosableHttpClient;
let lookedUp: string[];
beforeEach(async () => {
  server = await startScriptedServer();
  lookedUp = [];
  // Every name leads inside: an attacker's DNS, or that of a company with its own onOffice.
  http = createHttpClient({
    clock: realClock,
    axios: {
      lookup: (name, _options, callback) => {
        lookedUp.push(name);
        callback(null, [{ address: '127.0.0.1', family: 4 }]);
      },
    },
  });
});
afterEach(async () => {
  http.close();
  await server.close();
});

const named = (host: string, path: string): string => `http://${host}:${new URL(server.url).port}${path}`;

/** Opens the one file, whose link leads to `url`. */
async function openAt(url: string, settings: Readonly<Record<string, unknown>> = {}): Promise<Buffer> {
  server.onApi = eachAction((action) => result(action, [{ id: 3247, elements: { username: 'm', filename: 'a.txt', fileSize: '6', url } }]));
  const adapter = adapterOf({ apiUrl: named('onoffice.intern', '/api/stable/api.php') }, 'onoffice-appointment', settings, { http });
  return bytesOf(await adapter.open({ folder: '247', file: '3247' }, {}));
}

describe('a link whose host has a private address', () => {
  beforeEach(() => {
    server.onGet = () => ({ body: 'inside' });
  });

  test.each(['onoffice.de', 'cdn.onoffice.de'])('is refused on %s, which is allowed but was named by nobody, and nothing is connected', async (host) => {
    expect(await errorOf(openAt(named(host, '/file')))).toMatchObject({ kind: 'host-refused', message: `${host} leads to a private address, and nobody allowed that` });
    expect(lookedUp).toContain(host);
    expect(server.gets).toHaveLength(0);
  });

  test('is refused there behind a redirect, too', async () => {
    server.onGet = () => ({ status: 302, headers: { location: named('onoffice.de', '/file') } });
    expect(await errorOf(openAt(named('onoffice.intern', '/start')))).toMatchObject({ kind: 'host-refused' });
    expect(server.gets.map(({ url }) => url)).toEqual(['/start']);
  });

  test('is refused when a pattern of allowHosts matches it', async () => {
    expect(await errorOf(openAt(named('cdn.example.com', '/file'), { allowHosts: ['*.example.com'] }))).toMatchObject({ kind: 'host-refused' });
    expect(server.gets).toHaveLength(0);
  });

  test('is fetched on the host of apiUrl, since the source itself is there', async () => {
    expect(String(await openAt(named('onoffice.intern', '/file')))).toBe('inside');
  });

  test('is fetched on a host that allowHosts names in full, even one of the vendor', async () => {
    expect(String(await openAt(named('cdn.onoffice.de', '/file'), { allowHosts: ['cdn.onoffice.de'] }))).toBe('inside');
  });
});
