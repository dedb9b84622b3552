import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { parseReceipt, type Receipt } from '@filesource/transfer';
import type { INodeExecutionData, INodeType, NodeOperationError } from 'n8n-workflow';
import { builtNode } from './support/built.ts';
import { NodeHost, storedOf, waitingLoop, type HostOptions } from './support/node-host.ts';
import { startSandboxes, type Sandboxes } from './support/sandboxes.ts';

let node: INodeType;
let sandboxes: Sandboxes;
const open: Sandboxes[] = [];
let before: readonly string[];

beforeAll(async () => {
  node = await builtNode('FileSource');
  before = await readdir(tmpdir());
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function start(options: Parameters<typeof startSandboxes>[0] = {}): Promise<void> {
  sandboxes = await startSandboxes(options);
  open.push(sandboxes);
}

function host(parameters: HostOptions['parameters'], options: Partial<HostOptions> = {}): NodeHost {
  const all = { provider: 'onlyoffice', resource: 'archive', operation: 'bulkDownload', binaryPropertyName: 'data', holdSeconds: 0, ...parameters };
  return new NodeHost({ parameters: all, credentials: sandboxes.credentials, ...options });
}

async function failureOf(running: Promise<unknown>): Promise<NodeOperationError> {
  return running.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: NodeOperationError) => error,
  );
}

function receiptOf(item: INodeExecutionData | undefined): Receipt {
  return parseReceipt(JSON.stringify(item?.json['receipt']));
}

/** Of the vendor's own bytes. */
function sha256Of(ref: string): string {
  const file = sandboxes.onlyOffice.store.file(Number(ref.split('/')[1]));
  return createHash('sha256').update(file?.versions.at(-1)?.bytes ?? '').digest('hex');
}

const asked = (path: string): number => sandboxes.onlyOffice.requests.filter(({ url }) => url.includes(path)).length;
const temporaryFolders = async (): Promise<string[]> => (await readdir(tmpdir())).filter((name) => name.startsWith('filesource-n8n-') && !before.includes(name));

describe('an archive that the vendor works on', () => {
  test('puts the execution to wait, goes on with its token, and is proven against what was asked for', async () => {
    await start();
    const { operations } = sandboxes.onlyOffice;
    operations.hold();
    const running = host({ refs: '101' });
    const [waiting, done = []] = await running.runToEnd(node, async () => operations.release());
    expect(running.waits.length).toBeGreaterThanOrEqual(1);
    for (const till of running.waits) expect(till.getTime() - Date.now()).toBeLessThan(300_000);
    expect([waiting, done.length]).toEqual([[], 1]);
    const [item] = done;
    const stored = storedOf(item);
    expect(item?.json).toMatchObject({ complete: true, format: 'zip', size: stored.storedBytes, sha256: stored.sha256 });
    expect([stored.mimeType, item?.pairedItem]).toEqual(['application/zip', { item: 0 }]);
    const receipt = receiptOf(item);
    expect(receipt.file).toBeUndefined();
    expect(receipt.totals.ok).toBeGreaterThan(0);
    for (const { ref, sha256 } of receipt.files) expect([ref, sha256]).toEqual([ref, sha256Of(ref)]);
    // Started once: what came after the wait was the same archive.
    expect(asked('fileops/bulkdownload')).toBe(1);
    expect(await temporaryFolders()).toEqual([]);
  });

  test('holds nothing while it waits: no connection and no timer', async () => {
    await start({ operationDurationMs: 60_000 });
    const running = host({ refs: '101' });
    await running.run(node);
    expect(running.waits).toHaveLength(1);
    const requests = sandboxes.onlyOffice.requests.length;
    // Closed by the node, and not by the vendor, which waits longer than this for another request.
    for (let looks = 0; looks < 500 && sandboxes.onlyOffice.openConnections > 0; looks += 1) await wait(10);
    await wait(300);
    expect([sandboxes.onlyOffice.requests.length, sandboxes.onlyOffice.openConnections]).toEqual([requests, 0]);
  });

  test('waits in growing steps', async () => {
    await start({ operationDurationMs: 600_000 });
    const running = host({ refs: '101' });
    const startedMs = Date.now();
    await running.run(node);
    expect(running.waits[0]?.getTime()).toBeGreaterThanOrEqual(startedMs + 5_000);
    const clock = Date.now;
    try {
      Date.now = () => clock() + 300_000;
      const secondMs = Date.now();
      await running.run(node);
      expect(running.waits[1]?.getTime()).toBeGreaterThanOrEqual(secondMs + 29_000);
    } finally {
      Date.now = clock;
    }
  });

  test('needs no wait when it is finished while the worker is held', async () => {
    await start({ operationDurationMs: 100 });
    const running = host({ refs: ['101', '102'], holdSeconds: 30 });
    const [, done] = await running.run(node);
    expect([running.waits.length, done?.[0]?.json['complete']]).toEqual([0, true]);
  });

  test('one archive for each item, each with its own files', async () => {
    await start({ operationDurationMs: 300 });
    const running = host({ refs: (index) => ['101', '102', '101'][index] }, { items: 3 });
    const [, done = []] = await running.runToEnd(node, () => wait(350));
    expect(done.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }, { item: 2 }]);
    const folders = done.map((item) => new Set(receiptOf(item).files.map(({ ref }) => ref)));
    expect(folders[0]).toEqual(folders[2]);
    expect(folders[0]).not.toEqual(folders[1]);
  });

  test('a second run asks anew', async () => {
    await start({ operationDurationMs: 100 });
    const running = host({ refs: '101', holdSeconds: 30 });
    await running.run(node);
    await running.run(node);
    expect(asked('fileops/bulkdownload')).toBe(2);
  });
});

describe('what goes wrong', () => {
  test('a node whose output Waiting leads nowhere is refused before anything is started', async () => {
    await start();
    const elsewhere = { FileSource: { main: [[], [{ node: 'FileSource', type: 'main' as const, index: 0 }]] } };
    const error = await failureOf(host({ refs: '101' }, { connections: elsewhere }).run(node));
    expect(error.description).toContain('Connect it to the input');
    expect(asked('fileops')).toBe(0);
  });

  test('a loop by way of other nodes is fine', async () => {
    await start({ operationDurationMs: 60_000 });
    const connections = { ...waitingLoop, FileSource: { main: [[{ node: 'Tell', type: 'main' as const, index: 0 }], []] }, Tell: { main: [[{ node: 'FileSource', type: 'main' as const, index: 0 }]] } };
    const running = host({ refs: '101' }, { connections });
    await running.run(node);
    expect(running.waits).toHaveLength(1);
  });

  test('an archive that lacks files fails and names them, or is given with complete: false', async () => {
    await start();
    const denied = sandboxes.onlyOffice.store.addFile(101, { title: 'secret.txt', content: 'not for you', denyDownload: true });
    const asking = { refs: '101, 101/424242', holdSeconds: 30 };
    const error = await failureOf(host(asking).run(node));
    expect(error.message).toContain(`the archive lacks 2 of 7 files: onlyoffice:101/424242, onlyoffice:101/${denied.id}`);
    expect(error.context['fileSource']).toMatchObject({ kind: 'corrupt' });
    const [, done] = await host({ ...asking, whenIncomplete: 'give' }).run(node);
    expect(done?.[0]?.json['complete']).toBe(false);
    expect(receiptOf(done?.[0]).totals).toMatchObject({ files: 7, ok: 5, missing: 2 });
    expect(storedOf(done?.[0]).sha256).toBe(done?.[0]?.json['sha256']);
    expect(await temporaryFolders()).toEqual([]);
  });

  test('an operation that takes longer than the longest wait is cancelled, and fails', async () => {
    await start({ operationDurationMs: 600_000 });
    const running = host({ refs: '101', maxWaitMinutes: 1 });
    await running.run(node);
    const clock = Date.now;
    try {
      Date.now = () => clock() + 61_000;
      const error = await failureOf(running.run(node));
      expect(error.context['fileSource']).toMatchObject({ kind: 'timeout' });
    } finally {
      Date.now = clock;
    }
    expect(asked('/terminate')).toBe(1);
  });

  test('a stopped execution tells the vendor to stop', async () => {
    await start({ operationDurationMs: 60_000 });
    const running = host({ refs: '101', holdSeconds: 60 });
    const failing = failureOf(running.run(node));
    // Whoever asks how far it is knows which one it is.
    while (asked('fileops') <= asked('fileops/bulkdownload')) await wait(10);
    running.stop.abort();
    expect((await failing).context['fileSource']).toMatchObject({ kind: 'aborted' });
    expect(asked('/terminate')).toBe(1);
    while (sandboxes.onlyOffice.openConnections > 0) await wait(10);
  });
});

test('a source whose archives are made here gives one at once', async () => {
  await start();
  const running = host({ provider: 'onoffice-address', refs: '1237' }, { connections: {} });
  const [, done] = await running.run(node);
  expect(running.waits).toEqual([]);
  expect(receiptOf(done?.[0])).toMatchObject({ complete: true, totals: { files: 25, ok: 25 } });
});

test('as a tool it gives a token in place of waiting, and takes it again', async () => {
  await start();
  const { operations } = sandboxes.onlyOffice;
  operations.hold();
  const tool = { type: 'n8n-nodes-filesource.fileSourceTool', connections: {} };
  const first = host({ refs: '101' }, tool);
  const [[running] = []] = await first.run(node);
  expect([running?.json['status'], first.waits]).toEqual(['running', []]);
  operations.release();
  const [[done] = []] = await host({ refs: '', token: running?.json['token'] }, tool).run(node);
  expect(done?.json).toMatchObject({ complete: true });
  expect(asked('fileops/bulkdownload')).toBe(1);
});
