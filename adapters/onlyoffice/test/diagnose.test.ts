import { afterEach, describe, expect, it } from '@jest/globals';
import type { Clock, Finding, Ports } from '@filesource/core';
import { demoApiKeys, demoUsers, startOnlyOfficeSandbox, type OnlyOfficeSandbox, type OnlyOfficeSandboxOptions } from '@filesource/sandbox';
import { realClock } from '@filesource/testkit';
import { behindTls, makeSource } from './make-source.ts';
import { docspace, startScript } from './script-server.ts';

let sandbox: OnlyOfficeSandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

const [anna] = demoUsers;

async function portal(options: OnlyOfficeSandboxOptions = {}): Promise<OnlyOfficeSandbox> {
  sandbox = await startOnlyOfficeSandbox(options);
  return sandbox;
}

async function findings(config: Readonly<Record<string, unknown>>, ports: Partial<Ports> = {}): Promise<Readonly<Record<string, Finding>>> {
  const { source } = makeSource(config, { clock: realClock, ...ports });
  const found = await source.diagnose();
  for (const { check, status, advice } of found) expect({ check, saysWhatToDo: status === 'ok' || (advice ?? '') !== '' }).toEqual({ check, saysWhatToDo: true });
  await source.close();
  return Object.fromEntries(found.map((finding) => [finding.check, finding]));
}

const statuses = (found: Readonly<Record<string, Finding>>): readonly string[] => Object.entries(found).map(([check, { status }]) => `${check} ${status}`);

describe('the checks of a portal', () => {
  it('find nothing wrong with DocSpace and a key that may do everything', async () => {
    const { baseUrl, requests } = await portal();
    const found = await findings({ baseUrl, apiKey: demoApiKeys[0].key });
    expect(statuses(found)).toEqual(['reachability ok', 'clock ok', 'credentials ok', 'scopes ok', 'hosts ok', 'version ok']);
    expect(found['version']?.message).toBe('DocSpace 3.7');
    expect(found['hosts']?.message).toContain(new URL(baseUrl).host);
    expect(new Set(requests.map(({ method }) => method))).toEqual(new Set(['GET']));
  });

  it('find nothing wrong with Workspace and a user, and give the login up again', async () => {
    const { baseUrl } = await portal({ generation: 'workspace' });
    const found = await findings({ baseUrl, userName: anna.userName, password: anna.password });
    expect(statuses(found)).toEqual(['reachability ok', 'clock ok', 'credentials ok', 'scopes ok', 'hosts ok', 'version ok']);
    expect(found['version']?.message).toContain('Workspace');
  });

  it.each([
    ['with plain HTTP, behind TLS', 'https://portal.example.com', 'http://portal.example.com'],
    ['with the domain of its tenant, called by a loopback address', 'http://localhost:8080', 'https://tenant.example.com'],
  ])('follow the link of a file that has bytes, which the portal spells %s', async (_name, baseUrl, spelled) => {
    const file = (id: number, pureContentLength?: number): unknown => ({ id, title: `${id}.txt`, pureContentLength, viewUrl: `${spelled}/filehandler.ashx?action=download&fileid=${id}` });
    const server = await startScript(({ path, headers, query }) => {
      if (path === '/filehandler.ashx') return query.get('fileid') === '1' || headers.authorization === undefined ? { status: 400 } : { status: 206, body: 'x', headers: { 'content-range': 'bytes 0-0/9' } };
      if (path.endsWith('/@root')) return docspace([{ current: { id: 7, title: 'My' }, files: [file(1), file(2, 9)], folders: [] }]);
      return docspace(path.endsWith('/authentication') ? true : {});
    });
    const found = await findings({ baseUrl }, { http: behindTls(baseUrl, server) });
    await server.close();
    expect(found['hosts']).toMatchObject({ status: 'ok', message: expect.stringContaining(new URL(baseUrl).host) });
  });

  it('leave no login behind in DocSpace', async () => {
    const { baseUrl, requests } = await portal();
    await findings({ baseUrl, userName: anna.userName, password: anna.password });
    expect(requests.filter(({ method }) => method === 'POST').map(({ url }) => url)).toEqual(['/api/2.0/authentication', '/api/2.0/authentication/logout']);
  });

  it.each(['docspace', 'workspace'] as const)('say that the password is wrong: %s', async (generation) => {
    const { baseUrl } = await portal({ generation });
    const found = await findings({ baseUrl, userName: anna.userName, password: 'Falsch-123' });
    expect(found['reachability']?.status).toBe('ok');
    expect(found['credentials']).toMatchObject({ status: 'failed', advice: expect.stringContaining('userName and password') });
    expect(found['scopes']?.status).toBe('skipped');
    expect(JSON.stringify(found)).not.toContain('Falsch-123');
  });

  it('say that the key is wrong, although the portal takes it for nobody', async () => {
    const { baseUrl } = await portal();
    const found = await findings({ baseUrl, apiKey: `sk-${'e5'.repeat(32)}` });
    expect(found['credentials']).toMatchObject({ status: 'failed', advice: expect.stringContaining('apiKey') });
    expect(JSON.stringify(found)).not.toContain('e5e5');
  });

  it.each([
    [['files:read'], 1, 'warning', 'make no archives'],
    [['files:read', 'files:write'], 2, 'ok', 'make archives'],
    [['contacts:read'], 3, 'failed', 'cannot be read'],
  ])('tell what a key with %j may do', async (_scopes, index, status, text) => {
    const { baseUrl } = await portal();
    const found = await findings({ baseUrl, apiKey: demoApiKeys[index]?.key });
    expect(found['credentials']?.status).toBe('ok');
    expect(found['scopes']).toMatchObject({ status, message: expect.stringContaining(text) });
  });

  it('say that the generation is not the one in the config', async () => {
    const { baseUrl } = await portal({ generation: 'workspace' });
    const found = await findings({ baseUrl, userName: anna.userName, password: anna.password, generation: 'docspace' });
    expect(found['version']).toMatchObject({ status: 'failed', advice: 'Set generation to workspace or auto.' });
  });

  it('warn of a clock that is off', async () => {
    const { baseUrl } = await portal();
    const clock: Clock = { ...realClock, now: () => realClock.now() - 600_000 };
    const found = await findings({ baseUrl, apiKey: demoApiKeys[0].key }, { clock });
    expect(found['clock']).toMatchObject({ status: 'warning', message: expect.stringContaining('10 minutes behind') });
  });

  it('say that a page stands where the portal should be, and that nobody is there', async () => {
    const server = await startScript(() => ({ headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Willkommen</title>' }));
    const html = await findings({ baseUrl: server.url });
    expect(html['reachability']).toMatchObject({ status: 'failed', message: expect.stringContaining('not as it should'), advice: expect.stringContaining('baseUrl') });
    expect(html['credentials']?.status).toBe('skipped');
    await server.close();
    const down = await findings({ baseUrl: server.url });
    expect(down['reachability']).toMatchObject({ status: 'failed', message: expect.stringContaining('nobody accepts connections') });
  });

  it('follow the link of a file, and name the host that it leads to when it is not allowed', async () => {
    const store = await startScript(() => ({ body: 'x' }));
    const elsewhere = store.url.replace('127.0.0.1', 'localhost');
    const server = await startScript(({ path }) => {
      if (path.startsWith('/filehandler')) return { status: 302, headers: { location: `${elsewhere}/object?signature=abc` } };
      if (path.endsWith('/authentication')) return { json: { response: true, links: [] } };
      if (path.endsWith('/@root')) return { json: { response: [{ files: [{ id: 1, viewUrl: '/filehandler.ashx?action=download&fileid=1' }], folders: [] }] } };
      return { json: { response: { version: '3.7.2' }, links: [] } };
    });
    const refused = await findings({ baseUrl: server.url });
    expect(refused['hosts']).toMatchObject({ status: 'failed', message: expect.stringContaining(new URL(elsewhere).host), advice: expect.stringContaining('allowHosts') });
    expect(JSON.stringify(refused)).not.toContain('signature=abc');
    const allowed = await findings({ baseUrl: server.url, allowHosts: [new URL(elsewhere).host] });
    expect(allowed['hosts']).toMatchObject({ status: 'ok', message: expect.stringContaining(new URL(elsewhere).host) });
    expect(allowed['version']?.message).toBe('DocSpace 3.7.2');
    await Promise.all([server.close(), store.close()]);
  });
});
