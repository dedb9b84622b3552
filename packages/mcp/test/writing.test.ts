import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Progress } from '@modelcontextprotocol/sdk/types.js';
import type { OnlyOfficeSandboxOptions } from '@filesource/sandbox';
import { parseReceipt } from '@filesource/transfer';
import { call, failure } from './support/call.ts';
import { startWorld, type Surface, type World } from './support/world.ts';

interface Download {
  readonly download: string;
  readonly operation: string | null;
  readonly status: string;
  readonly percent: number;
  readonly path: string;
  readonly receipt: Receipt | null;
}

interface Receipt {
  readonly complete: boolean;
  readonly totals: Readonly<Record<string, number>>;
  readonly files: readonly { readonly ref: string; readonly status: string; readonly error?: { readonly kind: string } }[];
  readonly files_left_out: number;
}

let world: World;

const start = (client: Client, args: Record<string, unknown>): Promise<Download> => call<Download>(client, 'start_archive', args);
const follow = (client: Client, args: Record<string, unknown>, onprogress?: (progress: Progress) => void): Promise<Download> =>
  call<Download>(client, 'follow_archive', args, onprogress === undefined ? {} : { onprogress });

describe.each<Surface>(['stdio', 'http'])('a server that may write to one directory, over %s', (surface) => {
  let client: Client;
  const connect = async (options: OnlyOfficeSandboxOptions): Promise<void> => {
    world = await startWorld(options);
    ({ client } = await world.connect(surface, ['--allow-write', world.files]));
  };
  afterEach(async () => {
    world.onOffice.faults.set([]);
    world.onlyOffice.faults.set([]);
    for (const name of await readdir(world.files)) await rm(join(world.files, name), { recursive: true });
  });
  describe('with a vendor that packs at once', () => {
    beforeAll(() => connect({ operationDurationMs: 100 }));
    afterAll(() => world.close());

    test('fetches it, whole and proven, from either vendor', async () => {
      for (const [file, to] of [
        ['contacts:1237/1757', 'plans/contacts.pdf'],
        ['documents:101/104', 'contract.txt'],
      ] as const) {
        const fetched = await call<{ path: string; bytes: number; sha256: string }>(client, 'fetch_file', { file, to });
        expect(fetched).toMatchObject({ path: to, bytes: (await readFile(join(world.files, to))).length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
      }
    });

    test('overwrites nothing unless it is asked to', async () => {
      await writeFile(join(world.files, 'mine.txt'), 'mine');
      const args = { file: 'documents:101/104', to: 'mine.txt' };
      expect(await failure(client, 'fetch_file', args)).toMatchObject({ kind: 'conflict', message: '"mine.txt" is there already', advice: expect.stringContaining('overwrite') });
      expect(await readFile(join(world.files, 'mine.txt'), 'utf8')).toBe('mine');
      await call(client, 'fetch_file', { ...args, overwrite: true });
      expect(await readFile(join(world.files, 'mine.txt'), 'utf8')).toBe('Fassung 3\n');
    });

    test('writes nowhere else, and asks no vendor for what it would not write', async () => {
      await mkdir(join(world.directory, 'outside'));
      await symlink(join(world.directory, 'outside'), join(world.files, 'link'));
      await symlink(join(world.directory, 'outside', 'file'), join(world.files, 'link.txt'));
      const asked = world.onlyOffice.requests.length;
      for (const to of ['../x', 'a/../../x', '/tmp/x', 'C:\\x', 'a\\..\\x', '.', 'a//b', 'link/x', 'link.txt', 'a\u0000b', '.filesource-lock']) {
        for (const overwrite of [false, true]) {
          expect({ to, ...(await failure(client, 'fetch_file', { file: 'documents:101/104', to, overwrite })) }).toMatchObject({ to, kind: 'invalid-argument' });
          expect({ to, ...(await failure(client, 'start_archive', { refs: ['documents:101'], to, overwrite, extract: true })) }).toMatchObject({ to, kind: 'invalid-argument' });
          expect({ to, ...(await failure(client, 'start_archive', { refs: ['documents:101'], to: 'fine.zip', receipt: to, overwrite })) }).toMatchObject({ to, kind: 'invalid-argument' });
        }
      }
      expect(world.onlyOffice.requests).toHaveLength(asked);
      expect([await readdir(join(world.directory, 'outside')), (await readdir(world.directory)).sort(), (await readdir(world.files)).sort()]).toEqual([[], ['files', 'filesource.yaml', 'outside'], ['link', 'link.txt']]);
    });

    test('a cancelled call closes the vendor\'s socket, and nothing appears', async () => {
      world.onlyOffice.faults.set([{ kind: 'stall', at: 4, on: ['content'] }]);
      const stop = new AbortController();
      const fetching = client.callTool({ name: 'fetch_file', arguments: { file: 'documents:101/104', to: 'never.txt' } }, undefined, { signal: stop.signal });
      const ended = fetching.catch((error: unknown) => String(error));
      await until(() => world.onlyOffice.faults.strikes.length > 0);
      const during = world.onlyOffice.openConnections;
      stop.abort('no longer wanted');
      expect(await ended).toContain('no longer wanted');
      await until(() => world.onlyOffice.openConnections < during);
      await until(async () => (await readdir(world.files)).length === 0);
      expect(await call(client, 'stat', { ref: 'documents:101' })).toBeDefined();
    });

    test('makes the archive of a source whose vendor makes none, and unpacks it', async () => {
      const started = await start(client, { refs: ['contacts:1237'], to: 'contacts/1237', extract: true });
      expect(started.operation).toBeNull();
      const ended = await follow(client, { operation: started.download, files: 3 });
      expect(ended).toMatchObject({ status: 'succeeded', receipt: { complete: true, totals: { files: 25, ok: 25 }, files_left_out: 22 } });
      expect(ended.receipt?.files).toHaveLength(3);
      expect(await readdir(join(world.files, 'contacts/1237'))).toContain('Grundriss Obergeschoß.pdf');
      expect(await failure(client, 'start_archive', { refs: ['contacts:1237'], to: 'contacts/1237', extract: true })).toMatchObject({ kind: 'conflict', message: expect.stringContaining('not empty') });
    });

    test('names first what is missing, and does not call it complete', async () => {
      world.onOffice.faults.set([{ kind: 'status', code: 403, on: ['content'], after: 3 }]);
      const started = await start(client, { refs: ['contacts:1237'], to: 'part.zip' });
      const { receipt } = await follow(client, { operation: started.download, files: 22 });
      expect(receipt).toMatchObject({ complete: false, totals: { files: 25, ok: 3, missing: 22 } });
      expect(receipt?.files).toHaveLength(22);
      for (const { status, error } of receipt?.files ?? []) expect([status, error?.kind]).toEqual(['missing', 'permission-denied']);
    });

    test('cancel_archive closes the socket of an archive that is being fetched', async () => {
      world.onlyOffice.faults.set([{ kind: 'stall', at: 100, on: ['archive'] }]);
      const started = await start(client, { refs: ['documents:101'], to: 'never.zip' });
      await until(() => world.onlyOffice.faults.strikes.length > 0);
      const during = world.onlyOffice.openConnections;
      expect(await call(client, 'cancel_archive', { operation: started.download })).toMatchObject({ status: 'cancelled', was_running: true });
      await until(() => world.onlyOffice.openConnections < during);
      expect(await readdir(world.files)).toEqual([]);
    });

    test('tells of one that failed as an error, and tries it again when it is followed once more', async () => {
      world.onlyOffice.faults.set([{ kind: 'status', code: 403, on: ['archive'], times: 1 }]);
      const started = await start(client, { refs: ['documents:101'], to: 'again.zip' });
      expect(await failure(client, 'follow_archive', { operation: started.download })).toMatchObject({ kind: 'permission-denied' });
      expect(await readdir(world.files)).toEqual([]);
      expect(await follow(client, { operation: started.download })).toMatchObject({ download: started.download, status: 'succeeded', receipt: { complete: true } });
    });
  });

  describe('with a vendor whose time goes on by hand, and that packs for a second of it', () => {
    let vendorMs = Date.now();
    beforeAll(() => connect({ operationDurationMs: 1000, now: () => vendorMs }));
    afterAll(() => world.close());

    test('follows the vendor\'s job with growing progress, and proves what came', async () => {
      const started = await start(client, { refs: ['documents:101'], to: 'contracts.zip', receipt: 'receipt.json' });
      expect(started).toMatchObject({ status: 'running', receipt: null, path: 'contracts.zip', operation: expect.stringMatching(/^fsop_/), download: expect.stringMatching(/^download_[\w-]{12}$/) });
      const told: Progress[] = [];
      const following = follow(client, { operation: started.download }, (progress) => void told.push(progress));
      // The vendor packs on, slowly enough to be told of, and comes to its end once that was told.
      for (const _step of [1, 2, 3, 4]) {
        vendorMs += 200;
        await pause(300);
      }
      await until(() => told.some(({ message }) => /[1-9]\d* %/.test(message ?? '')));
      vendorMs += 1000;
      const ended = await following;
      expect(ended).toMatchObject({ status: 'succeeded', percent: 100, receipt: { complete: true, totals: { files: 5, ok: 5, failed: 0, missing: 0 } } });
      // The SDK's client drops a notification that comes together with the answer, so the last one is not counted on.
      expect(told.length).toBeGreaterThanOrEqual(2);
      expect(told.map(({ progress }) => progress)).toEqual([...new Set(told.map(({ progress }) => progress))].sort((a, b) => a - b));
      expect(told.map(({ message }) => message).join('\n')).toMatch(/packing at the vendor: [1-9]\d* %/);
      expect((await readFile(join(world.files, 'contracts.zip'))).subarray(0, 2).toString()).toBe('PK');
      expect(parseReceipt(await readFile(join(world.files, 'receipt.json'), 'utf8'))).toMatchObject({ complete: true });
      expect(await follow(client, { operation: started.operation })).toEqual(ended);
    });

    test('tells how far it is after wait_seconds, and goes on by itself', async () => {
      const started = await start(client, { refs: ['documents:101'], to: 'later.zip' });
      expect(await follow(client, { operation: started.download, wait_seconds: 0 })).toMatchObject({ status: 'running', receipt: null });
      vendorMs += 1000;
      await until(async () => (await follow(client, { operation: started.download, wait_seconds: 0 })).status !== 'running');
      expect(await follow(client, { operation: started.download, wait_seconds: 0 })).toMatchObject({ status: 'succeeded' });
      expect(await readdir(world.files)).toContain('later.zip');
    });

    test('a cancelled follow ends the wait, and leaves the download alone', async () => {
      const started = await start(client, { refs: ['documents:101'], to: 'alone.zip' });
      const stop = new AbortController();
      const following = client.callTool({ name: 'follow_archive', arguments: { operation: started.download } }, undefined, { signal: stop.signal }).catch((error: unknown) => String(error));
      await call(client, 'list_sources');
      stop.abort('enough');
      expect(await following).toContain('enough');
      vendorMs += 1000;
      expect(await follow(client, { operation: started.download })).toMatchObject({ status: 'succeeded', receipt: { complete: true } });
    });
  });

  describe('with a vendor that packs for a minute', () => {
    beforeAll(() => connect({ operationDurationMs: 60_000 }));
    afterAll(() => world.close());

    test('cancel_archive stops the vendor\'s job, and nothing appears', async () => {
      const started = await start(client, { refs: ['documents:101'], to: 'never.zip' });
      expect(await call(client, 'cancel_archive', { operation: started.operation })).toEqual({ source: 'documents', status: 'cancelled', was_running: true });
      expect(world.onlyOffice.requests.filter(({ url }) => url.includes('/terminate'))).toHaveLength(1);
      expect(await follow(client, { operation: started.download })).toMatchObject({ status: 'cancelled', receipt: null });
      expect(await call(client, 'cancel_archive', { operation: started.download })).toMatchObject({ status: 'cancelled', was_running: false });
      expect(await readdir(world.files)).toEqual([]);
    });

    test('refuses refs of two sources, handles and tokens that are none, and a fifth download at once', async () => {
      expect(await failure(client, 'start_archive', { refs: ['documents:101', 'contacts:1237'], to: 'x' })).toMatchObject({ kind: 'invalid-argument', message: expect.stringContaining('documents and contacts') });
      expect(await failure(client, 'follow_archive', { operation: 'download_000000000000' })).toMatchObject({ kind: 'invalid-argument', message: expect.stringContaining('does not know this download') });
      expect(await failure(client, 'follow_archive', { operation: 'fsop_nonsense', to: 'x' })).toMatchObject({ kind: 'invalid-argument', message: expect.stringContaining('not a token') });
      expect(await failure(client, 'cancel_archive', { operation: 'nonsense' })).toMatchObject({ kind: 'invalid-argument' });
      expect(await failure(client, 'start_archive', { refs: ['documents:999'], to: 'x' })).toMatchObject({ kind: expect.any(String), source: 'documents' });
      const first = await start(client, { refs: ['documents:101'], to: 'same' });
      expect(await failure(client, 'start_archive', { refs: ['documents:101'], to: 'same/inside' })).toMatchObject({ kind: 'conflict', message: expect.stringContaining('another transfer') });
      const waiting = await Promise.all(['b', 'c', 'd'].map((to) => start(client, { refs: ['documents:103'], to })));
      for (const { status } of waiting) expect(status).toBe('running');
      expect(await failure(client, 'start_archive', { refs: ['documents:103'], to: 'e' })).toMatchObject({ kind: 'conflict', message: expect.stringContaining('4 downloads run already') });
      await call(client, 'cancel_archive', { operation: first.download });
    });
  });
});

describe('the end of a server', () => {
  afterEach(() => world.close());

  test('another server process goes on with the operation that one started', async () => {
    world = await startWorld();
    world.onlyOffice.operations.hold();
    const first = await world.connect('stdio', ['--allow-write', world.files]);
    const { operation, download } = await start(first.client, { refs: ['documents:101'], to: 'first.zip' });
    await first.close();
    const second = await world.connect('http', ['--allow-write', world.files]);
    expect(await failure(second.client, 'follow_archive', { operation })).toMatchObject({ kind: 'invalid-argument', message: 'this server has not started that download', advice: expect.stringContaining('Name to') });
    expect(await failure(second.client, 'follow_archive', { operation: download })).toMatchObject({ kind: 'invalid-argument', message: expect.stringContaining('does not know this download') });
    world.onlyOffice.operations.release();
    const ended = await follow(second.client, { operation, to: 'second.zip' });
    expect(ended).toMatchObject({ status: 'succeeded', path: 'second.zip', receipt: { complete: true } });
    expect(await readdir(world.files)).toEqual(['second.zip']);
    expect(world.onlyOffice.requests.filter(({ url }) => url.includes('/bulkdownload'))).toHaveLength(1);
    expect(world.onlyOffice.requests.filter(({ url }) => url.includes('/terminate'))).toHaveLength(0);
  });

  test('a server that ends stops the jobs that nobody can come back to', async () => {
    world = await startWorld();
    const { client, close } = await world.connect('stdio', ['--allow-write', world.files]);
    world.onOffice.faults.set([{ kind: 'delay', ms: 60_000, on: ['content'] }]);
    await start(client, { refs: ['contacts:1237'], to: 'never.zip' });
    await until(() => world.onOffice.faults.strikes.length > 0);
    await close();
    await until(() => world.onOffice.openConnections === 0);
    expect(await readdir(world.files)).toEqual([]);
  });

  test('a directory that is none is refused at the start', async () => {
    world = await startWorld();
    await expect(world.serveHttp(['--allow-write', 'nothing-there'])).rejects.toThrow('is no directory');
  });
});

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await pause(20);
}
