import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Clock, Finding, Ports } from '@filesource/core';
import { startOnOfficeSandbox, type OnOfficeSandbox, type OnOfficeSandboxOptions } from '@filesource/sandbox';
import { realClock } from '@filesource/testkit';
import { adapterOf } from './helpers.ts';

let sandbox: OnOfficeSandbox;
beforeEach(async () => {
  sandbox = await startOnOfficeSandbox();
});
afterEach(() => sandbox.close());

const providers = ['onoffice-address', 'onoffice-appointment'] as const;

async function findings(settings: Readonly<Record<string, unknown>> = {}, ports: Partial<Ports> = {}, provider: (typeof providers)[number] = 'onoffice-address'): Promise<Readonly<Record<string, Finding>>> {
  const adapter = adapterOf({ apiUrl: sandbox.apiUrl }, provider, { token: sandbox.token, secret: sandbox.secret, ...settings }, ports);
  const found = (await adapter.diagnose?.({})) ?? [];
  for (const { check, status, advice } of found) expect({ check, saysWhatToDo: status === 'ok' || (advice ?? '') !== '' }).toEqual({ check, saysWhatToDo: true });
  await adapter.close();
  return Object.fromEntries(found.map((finding) => [finding.check, finding]));
}

async function restart(options: OnOfficeSandboxOptions): Promise<void> {
  await sandbox.close();
  sandbox = await startOnOfficeSandbox(options);
}

const offBy = (ms: number): Clock => ({ ...realClock, now: () => realClock.now() + ms });

describe.each(providers)('the checks of %s', (provider) => {
  test('find nothing wrong with a good account, by one call that changes nothing', async () => {
    const found = await findings({}, {}, provider);
    expect(Object.entries(found).map(([check, { status }]) => `${check} ${status}`)).toEqual(['reachability ok', 'clock ok', 'credentials ok', 'scopes skipped', 'version ok', 'hosts ok']);
    expect(found['version']?.message).toContain('stable');
    expect(found['hosts']?.message).toContain('*.onoffice.de');
    expect(sandbox.requests).toHaveLength(1);
  });

  test.each([
    ['token', 'x'.repeat(32)],
    ['secret', 'y'.repeat(64)],
  ])('say that the %s is wrong, and nothing else', async (field, value) => {
    const found = await findings({ [field]: value }, {}, provider);
    expect(found['credentials']).toMatchObject({ status: 'failed', advice: expect.stringContaining('32 characters') });
    expect(found['reachability']?.status).toBe('ok');
    expect(JSON.stringify(found)).not.toContain(value);
  });
});

test('a clock that is ten minutes ahead is named, and the credentials are not blamed for it', async () => {
  const found = await findings({}, { clock: offBy(600_000) });
  expect(found['clock']).toMatchObject({ status: 'failed', message: expect.stringContaining('10 minutes ahead'), advice: expect.stringContaining('clock') });
  expect(found['credentials']?.status).toBe('skipped');
});

test('a vendor that refuses the time although its header agrees is believed', async () => {
  await restart({ now: () => Date.now() - 600_000 });
  const found = await findings();
  expect(found['clock']).toMatchObject({ status: 'failed', message: expect.stringContaining('136') });
});

test('a right that is missing is a matter of scopes', async () => {
  await restart({ quirks: { actionError: { errorcode: 156 } } });
  const found = await findings();
  expect(found['credentials']?.status).toBe('ok');
  expect(found['scopes']).toMatchObject({ status: 'failed', advice: expect.stringContaining('right') });
});

test('a server that is down, a host that is unknown and a page in place of the API each say so', async () => {
  const { apiUrl } = sandbox;
  const page = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<html>hello</html>'));
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
  const html = await findings({ apiUrl: `http://127.0.0.1:${(page.address() as AddressInfo).port}/` });
  expect(html['reachability']).toMatchObject({ status: 'failed', message: expect.stringMatching(/not as it should.*HTML/) });
  expect(html['version']?.status).toBe('warning');
  page.closeAllConnections();
  await new Promise((resolve) => page.close(resolve));

  await sandbox.close();
  const down = await findings({ apiUrl });
  expect(down['reachability']).toMatchObject({ status: 'failed', message: expect.stringContaining('nobody accepts connections'), advice: expect.stringContaining('URL') });
  expect(down['credentials']?.status).toBe('skipped');
  expect(down['clock']?.status).toBe('skipped');
  const unknown = await findings({ apiUrl: 'https://nowhere.invalid/api/stable/api.php' });
  expect(unknown['reachability']).toMatchObject({ status: 'failed', message: expect.stringContaining('not known') });
  sandbox = await startOnOfficeSandbox();
});

test('an abort ends the checks', async () => {
  await restart({ faults: [] });
  const stop = new AbortController();
  stop.abort();
  const adapter = adapterOf({ apiUrl: sandbox.apiUrl }, 'onoffice-address');
  await expect(adapter.diagnose?.({ signal: stop.signal })).rejects.toMatchObject({ kind: 'aborted' });
});
