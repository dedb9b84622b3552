import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { writeFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { demoApiKeys } from '@filesource/sandbox';
import type { INodeType, NodeOperationError } from 'n8n-workflow';
import { builtNode } from './support/built.ts';
import { NodeHost, storedOf, type HostOptions } from './support/node-host.ts';
import { startSandboxes, type Sandboxes } from './support/sandboxes.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const large = Buffer.alloc(24 * 1024 * 1024, 'twelve bytes');

let node: INodeType;
let sandboxes: Sandboxes;

beforeAll(async () => {
  node = await builtNode('FileSource');
  sandboxes = await startSandboxes();
  sandboxes.onlyOffice.store.addFile(101, { title: 'large.bin', content: large });
});
afterAll(() => sandboxes.close());

function host(parameters: HostOptions['parameters'], options: Partial<HostOptions> = {}): NodeHost {
  return new NodeHost({ parameters: { provider: 'onlyoffice', resource: 'file', ...parameters }, credentials: sandboxes.credentials, ...options });
}

async function failureOf(running: Promise<unknown>): Promise<NodeOperationError> {
  return running.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: NodeOperationError) => error,
  );
}

const largeRef = (): string => `101/${sandboxes.onlyOffice.store.filesIn(101).find(({ title }) => title === 'large.bin')?.id ?? ''}`;

describe('list', () => {
  test.each([
    ['onoffice-address', '1237', 25],
    ['onoffice-appointment', '247', undefined],
    ['onlyoffice', '101', undefined],
  ])('gives an item for each entry of a folder of %s, with a ref that the next node takes', async (provider, ref, count) => {
    const [items = []] = await host({ provider, resource: 'folder', operation: 'list', ref, returnAll: true }).run(node);
    if (count === undefined) expect(items.length).toBeGreaterThan(0);
    else expect(items).toHaveLength(count);
    expect(items[0]).toMatchObject({ json: { ref: expect.stringMatching(new RegExp(`^${provider}:`)), kind: expect.any(String), name: expect.any(String) }, pairedItem: { item: 0 } });
    const file = items.find(({ json }) => json['kind'] === 'file');
    const [[info] = []] = await host({ provider, operation: 'getInfo', ref: file?.json['ref'] }).run(node);
    expect(info?.json).toEqual(file?.json);
  });

  test('stops at the limit', async () => {
    const [items] = await host({ provider: 'onoffice-address', resource: 'folder', operation: 'list', ref: '1240', limit: 7 }).run(node);
    expect(items).toHaveLength(7);
  });
});

describe('download', () => {
  test('streams each file into n8n\'s storage, with its own bytes', async () => {
    const [listed = []] = await host({ provider: 'onoffice-address', resource: 'folder', operation: 'list', ref: '1237', limit: 3 }).run(node);
    const refs = listed.map(({ json }) => json['ref'] as string);
    const [items = []] = await host({ provider: 'onoffice-address', operation: 'download', ref: (index) => refs[index] }, { items: 3 }).run(node);
    expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
    for (const [index, item] of items.entries()) {
      const [, id] = (refs[index] ?? '').split('/');
      const stored = sandboxes.onOffice.store.addresses.files(1237)?.find((file) => String(file.id) === id);
      expect(item.json['sha256']).toBe(sha256(stored?.document.bytes() ?? new Uint8Array()));
      expect(storedOf(item)).toMatchObject({ sha256: item.json['sha256'], storedBytes: item.json['size'], fileName: item.json['name'] });
    }
  });

  test('holds little of a large file in memory, however slow n8n takes it', async () => {
    const [[item] = []] = await host({ operation: 'download', ref: largeRef(), binaryPropertyName: 'file' }).run(node);
    const stored = storedOf(item, 'file');
    expect(stored).toMatchObject({ sha256: sha256(large), storedBytes: large.length, fileName: 'large.bin' });
    expect(stored.mostBuffered).toBeLessThan(1024 * 1024);
    expect(item?.json).toMatchObject({ size: large.length, sha256: sha256(large), name: 'large.bin' });
  });

  test('refuses a folder, and says what to do', async () => {
    const error = await failureOf(host({ operation: 'download', ref: '101' }).run(node));
    expect([error.name, error.message, error.description]).toEqual(['NodeOperationError', expect.stringContaining('a file is needed'), expect.stringContaining('Bulk Download')]);
  });

  test('ends at once when somebody stops the execution, and closes the vendor\'s socket', async () => {
    let openInTheMiddle = 0;
    const running = host({ operation: 'download', ref: largeRef() }, {
      onFirstChunk: () => {
        openInTheMiddle = sandboxes.onlyOffice.openConnections;
        running.stop.abort();
      },
    });
    const error = await failureOf(running.run(node));
    expect(error.context['fileSource']).toMatchObject({ kind: 'aborted' });
    expect(openInTheMiddle).toBe(1);
    while (sandboxes.onlyOffice.openConnections > 0) await wait(10);
  });
});

test('get link gives a URL for somebody else', async () => {
  const [[item] = []] = await host({ provider: 'onoffice-address', resource: 'folder', operation: 'getLink', ref: '1237', language: 'DEU' }).run(node);
  expect(item?.json).toMatchObject({ url: expect.stringMatching(/^http/), kind: 'page', needsCredentials: expect.any(Boolean) });
});

describe('what goes wrong', () => {
  test('a node without credentials says which one it needs', async () => {
    const error = await failureOf(host({ operation: 'getInfo', ref: '101' }, { credentials: {} }).run(node));
    expect(error.message).toContain('there is no credential for "Files of an ONLYOFFICE portal');
    expect(error.description).toContain('FileSource: Onlyoffice API');
    expect(error.context['fileSource']).toMatchObject({ kind: 'config-invalid' });
  });

  test('an empty credential names what is missing, and sends nothing', async () => {
    const before = sandboxes.onOffice.requests.length;
    const credentials = { fileSourceOnofficeAddressApi: { apiUrl: sandboxes.onOffice.apiUrl, token: '', secret: '' } };
    const error = await failureOf(host({ provider: 'onoffice-address', resource: 'folder', operation: 'list', ref: '1237' }, { credentials }).run(node));
    expect(error.message).toMatch(/token[\s\S]*secret/);
    expect(sandboxes.onOffice.requests).toHaveLength(before);
  });

  test('a source that is gone fails as network, and tells no credential', async () => {
    const gone = await startSandboxes();
    await gone.close();
    const credentials = { fileSourceOnlyofficeApi: { ...gone.credentials['fileSourceOnlyofficeApi'], maxAttempts: 2 } };
    const error = await failureOf(host({ operation: 'getInfo', ref: '101' }, { credentials }).run(node));
    expect(error.context['fileSource']).toMatchObject({ kind: 'network', operation: 'stat', ref: 'onlyoffice:101' });
    expect(inspect(error, { depth: 8 }) + JSON.stringify(error)).not.toContain(demoApiKeys[0].key);
  });

  test('a node that goes on gives the failure as an item, and the other items all the same', async () => {
    const [items = []] = await host({ operation: 'getInfo', resource: 'folder', ref: (index) => ['101', '424242', '102'][index] }, { items: 3, continueOnFail: true }).run(node);
    expect(items).toHaveLength(3);
    expect(items[1]).toMatchObject({ json: { error: expect.any(String), kind: 'not-found', ref: 'onlyoffice:424242' }, pairedItem: { item: 1 } });
    expect(items[2]?.json['ref']).toBe('onlyoffice:102');
  });

  test('a credential can name neither a file nor a variable of the machine that n8n runs on', async () => {
    const file = join(tmpdir(), `filesource-machine-${process.pid}`);
    await writeFile(file, 'sk-of-the-machine');
    process.env['FILESOURCE_N8N_TEST'] = 'sk-of-the-machine';
    try {
      for (const apiKey of [`file:${file}`, '${FILESOURCE_N8N_TEST}']) {
        const credentials = { fileSourceOnlyofficeApi: { baseUrl: sandboxes.onlyOffice.baseUrl, apiKey } };
        const error = await failureOf(host({ operation: 'getInfo', ref: '101' }, { credentials }).run(node));
        expect(error.context['fileSource']).toMatchObject({ kind: 'unauthenticated' });
        expect(sandboxes.onlyOffice.requests.at(-1)?.headers.authorization).toBe(`Bearer ${apiKey}`);
      }
    } finally {
      delete process.env['FILESOURCE_N8N_TEST'];
      await rm(file);
    }
  });
});
