import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { INodeType, NodeOperationError } from 'n8n-workflow';
import { builtNode } from './support/built.ts';
import { NodeHost, type HostOptions } from './support/node-host.ts';
import { startSandboxes, type Sandboxes } from './support/sandboxes.ts';

let trigger: INodeType;
let sandboxes: Sandboxes;

beforeAll(async () => {
  trigger = await builtNode('FileSourceTrigger');
});
beforeEach(async () => {
  await sandboxes?.close();
  sandboxes = await startSandboxes();
});
afterAll(() => sandboxes.close());

function host(parameters: HostOptions['parameters'] = {}, options: Partial<HostOptions> = {}): NodeHost {
  return new NodeHost({ parameters: { provider: 'onlyoffice', ref: '102', most: 20_000, ...parameters }, credentials: sandboxes.credentials, ...options });
}

const add = (title: string): string => String(sandboxes.onlyOffice.store.addFile(102, { title, content: title }).id);

describe('the trigger for new files', () => {
  test('remembers what is there first, then gives each new file once', async () => {
    const polled = host();
    expect(await polled.poll(trigger)).toBeNull();
    expect(await polled.poll(trigger)).toBeNull();
    const ids = [add('one.txt'), add('two.txt')];
    const [items = []] = (await polled.poll(trigger)) ?? [];
    expect(items.map(({ json }) => json['id']).sort()).toEqual(ids.sort());
    expect(items[0]?.json).toMatchObject({ kind: 'file', ref: expect.stringMatching(/^onlyoffice:102\//) });
    expect(await polled.poll(trigger)).toBeNull();
  });

  test('goes on from what n8n stored, in another process too', async () => {
    const before = host();
    await before.poll(trigger);
    const id = add('later.txt');
    const after = host();
    after.staticData = JSON.parse(JSON.stringify(before.staticData)) as typeof after.staticData;
    const [items] = (await after.poll(trigger)) ?? [];
    expect(items?.map(({ json }) => json['id'])).toEqual([id]);
  });

  test('forgets what is gone, and so stays as small as the folder', async () => {
    const polled = host();
    const id = add('passing.txt');
    await polled.poll(trigger);
    const size = (polled.staticData['known'] as string).length;
    expect(size % 12).toBe(0);
    sandboxes.onlyOffice.store.removeFile(Number(id));
    await polled.poll(trigger);
    expect(polled.staticData['known']).toHaveLength(size - 12);
  });

  test('begins anew for another folder', async () => {
    const first = host();
    await first.poll(trigger);
    const other = host({ ref: '101' });
    other.staticData = first.staticData;
    expect(await other.poll(trigger)).toBeNull();
  });

  test('loses nothing by a poll that fails', async () => {
    const polled = host();
    await polled.poll(trigger);
    const id = add('meanwhile.txt');
    const known = polled.staticData['known'];
    const broken = host({}, { credentials: { fileSourceOnlyofficeApi: { ...sandboxes.credentials['fileSourceOnlyofficeApi'], apiKey: 'sk-wrong' } } });
    broken.staticData = polled.staticData;
    await expect(broken.poll(trigger)).rejects.toThrow();
    expect(polled.staticData['known']).toBe(known);
    const [items] = (await polled.poll(trigger)) ?? [];
    expect(items?.map(({ json }) => json['id'])).toEqual([id]);
  });

  test('says so when a folder has more files than it remembers', async () => {
    const error = await host({ provider: 'onoffice-address', ref: '1240', most: 100 }).poll(trigger).then(() => undefined, (thrown: NodeOperationError) => thrown);
    expect(error?.context['fileSource']).toMatchObject({ kind: 'too-large' });
    expect(error?.description).toContain('Most Files to Remember');
  });

  test('shows some files when it is tried out, and remembers nothing of that', async () => {
    const tried = host({ provider: 'onoffice-address', ref: '1237' }, { mode: 'manual' });
    const [items] = (await tried.poll(trigger)) ?? [];
    expect(items).toHaveLength(3);
    expect(tried.staticData).toEqual({});
  });
});
