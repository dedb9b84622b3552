import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ICredentialsDecrypted, ICredentialTestFunctions, INodeCredentialTestResult, INodeType } from 'n8n-workflow';
import { builtNode } from './support/built.ts';
import { request } from './support/n8n-helpers.ts';
import { startSandboxes, type Sandboxes } from './support/sandboxes.ts';

let node: INodeType;
let sandboxes: Sandboxes;

beforeAll(async () => {
  node = await builtNode('FileSource');
  sandboxes = await startSandboxes();
});
afterAll(() => sandboxes.close());

const types = ['fileSourceOnofficeAddressApi', 'fileSourceOnofficeAppointmentApi', 'fileSourceOnlyofficeApi'];

async function testOf(type: string, changes: object = {}): Promise<INodeCredentialTestResult> {
  const run = node.methods?.credentialTest?.['testFileSource'];
  const credential = { id: '1', name: 'mine', type, data: { ...sandboxes.credentials[type], ...changes } } as ICredentialsDecrypted;
  const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const result = await run?.call({ helpers: { request }, logger } as unknown as ICredentialTestFunctions, credential);
  if (result === undefined) throw new Error('the node has no test');
  return result;
}

describe('the test of a credential', () => {
  test.each(types)('takes a good %s, with a call that changes nothing', async (type) => {
    expect(await testOf(type)).toEqual({ status: 'OK', message: 'Connection successful' });
    const bodies = JSON.stringify(sandboxes.onOffice.requests.map(({ body }) => body));
    expect(bodies).not.toMatch(/:(modify|create|delete)"/);
    expect(sandboxes.onlyOffice.requests.every(({ method, url }) => method === 'GET' || url.includes('authentication'))).toBe(true);
  });

  test.each([
    ['fileSourceOnofficeAddressApi', { secret: 'f'.repeat(64) }],
    ['fileSourceOnlyofficeApi', { apiKey: 'sk-0000000000000000' }],
  ])('refuses a wrong %s, and does not tell it', async (type, wrong) => {
    const before = sandboxes.onOffice.requests.length + sandboxes.onlyOffice.requests.length;
    const { status, message } = await testOf(type, wrong);
    expect(status).toBe('Error');
    // Asked of the vendor, and not refused before.
    expect(sandboxes.onOffice.requests.length + sandboxes.onlyOffice.requests.length).toBeGreaterThan(before);
    expect(message).not.toContain(Object.values(wrong)[0]);
  });

  test('names what is missing', async () => {
    expect(await testOf('fileSourceOnlyofficeApi', { apiKey: '' })).toMatchObject({ status: 'Error', message: expect.stringContaining('apiKey') });
  });

  test('tells a portal that is gone', async () => {
    expect(await testOf('fileSourceOnlyofficeApi', { baseUrl: 'http://127.0.0.1:9', maxAttempts: 1 })).toMatchObject({ status: 'Error', message: expect.stringContaining('connection') });
  });
});
