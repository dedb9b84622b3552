import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { demoApiKeys, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnOfficeSandbox } from '@filesource/sandbox';
import { loopbackCertificate } from '../support/loopback-certificate.ts';
import { jsonLines, runCli, type CliResult } from './harness.ts';

let onlyOffice: OnlyOfficeSandbox;
let onOffice: OnOfficeSandbox;
let directory: string;
beforeAll(async () => {
  const tls = loopbackCertificate;
  onlyOffice = await startOnlyOfficeSandbox({ tls, storage: 'presigned' });
  onOffice = await startOnOfficeSandbox({ tls });
  directory = await mkdtemp(join(tmpdir(), 'filesource-tls-'));
  await writeFile(join(directory, 'ca.pem'), tls.cert);
  const account = `apiUrl: ${onOffice.apiUrl}, token: ${onOffice.token}, secret: ${onOffice.secret}`;
  await writeFile(
    join(directory, 'filesource.yaml'),
    `sources:\n  documents: { provider: onlyoffice, baseUrl: "${onlyOffice.baseUrl}", apiKey: "${demoApiKeys[0].key}", maxAttempts: 1 }\n  appointments: { provider: onoffice-appointment, ${account} }\n`,
  );
});
afterAll(async () => {
  await Promise.all([onlyOffice.close(), onOffice.close()]);
  await rm(directory, { recursive: true, force: true });
});

const run = (args: readonly string[], trusted = true): Promise<CliResult> => runCli(args, { cwd: directory, env: trusted ? { NODE_EXTRA_CA_CERTS: join(directory, 'ca.pem') } : {} });

describe('portals over TLS', () => {
  it('are read like any other, once NODE_EXTRA_CA_CERTS names who vouches for them', async () => {
    expect([onlyOffice.baseUrl, onlyOffice.storageUrl, onOffice.apiUrl].every((url) => url?.startsWith('https://'))).toBe(true);
    const pulled = await run(['pull', 'documents:@my', 'appointments:247', '--to', 'files']);
    expect([pulled.status, pulled.stderr]).toEqual([0, expect.any(String)]);
    expect((await readdir(join(directory, 'files'), { recursive: true })).length).toBeGreaterThan(3);
    const archived = await run(['archive', 'documents:@my', '--to', 'archive']);
    expect([archived.status, archived.stderr]).toEqual([0, expect.any(String)]);
  });

  it('are not talked to without', async () => {
    const before = onlyOffice.requests.length;
    const refused = await run(['list', 'documents:@my'], false);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toMatch(/certificate/i);
    expect(onlyOffice.requests.length).toBe(before);
  });

  it('get no second hearing over plain http', async () => {
    onlyOffice.faults.set([{ kind: 'redirect', on: ['content'], to: 'plain' }]);
    const listed = jsonLines((await run(['list', 'documents:@my', '--json'])).stdout);
    const file = listed.find(({ kind }) => kind === 'file');
    const refused = await run(['get', String(file?.['ref']), '--to', 'one']);
    expect(onlyOffice.faults.strikes).not.toHaveLength(0);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('the connection broke')]);
    expect(await readdir(directory)).not.toContain('one');
  });
});
