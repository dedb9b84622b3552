import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { archiveOf, errorOf, makeSource } from './make-source.ts';
import { startScript, workspace, type ScriptServer, type Told } from './script-server.ts';

let server: ScriptServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const job = { id: 'job-1', operation: 3, progress: 0, error: null, processed: '0', finished: false, url: null };
const folder = (id: number): Readonly<Record<string, unknown>> => ({ id, title: `Ordner ${id}`, parentId: 1 });
const file = (id: number): Readonly<Record<string, unknown>> => ({ id, title: `${id}.txt`, folderId: 1, pureContentLength: 3, version: 1 });
const contents = (files: readonly object[], folders: readonly object[] = []): Told => workspace({ files, folders, startIndex: 0, count: files.length + folders.length, total: files.length + folders.length });

/** A Workspace with a file in the folder 2, and folders around it; `third` is what it says of the folder 3. From 100 to 199, each folder has the next one in it, and the last one a file. */
async function portal(third: () => Told | Promise<Told>, isDone = (): boolean => true): Promise<ScriptServer> {
  server = await startScript(({ method, path }) => {
    if (path.endsWith('/folder/1')) return workspace(folder(1));
    if (path.endsWith('/files/1')) return contents([], [folder(2), folder(3), folder(4)]);
    if (path.endsWith('/files/2')) return contents([file(21)]);
    if (path.endsWith('/files/3')) return third();
    if (path.endsWith('/files/4')) return contents([file(41)]);
    const deep = /\/files\/(1\d\d)$/.exec(path)?.[1];
    if (deep !== undefined) return deep === '199' ? contents([file(1990)]) : contents([], [folder(Number(deep) + 1)]);
    if (path.endsWith('/bulkdownload')) return workspace([job]);
    if (path.endsWith('/terminate')) return workspace([]);
    if (method === 'GET' && path.endsWith('/fileops')) return workspace([isDone() ? { ...job, progress: 100, finished: true, url: `${server!.url}/filehandler.ashx?action=bulk` } : job]);
    return undefined;
  });
  return server;
}

const sourceOf = ({ url }: ScriptServer): ReturnType<typeof makeSource>['source'] => makeSource({ baseUrl: url, generation: 'workspace' }).source;
const broken = (): Told => ({ status: 500, json: { status: 1, statusCode: 500, error: { message: 'broken' } } });

describe('an archive', () => {
  test('is started before all folders are listed, and holds what all of them have', async () => {
    const archive = await archiveOf(sourceOf(await portal(() => contents([file(31)], [folder(190)]))), '1');
    expect(archive.items.map(({ name }) => name)).toEqual(['21.txt', '31.txt', '1990.txt', '41.txt']);
    const lines = server!.lines();
    expect(lines.indexOf('PUT /api/2.0/files/fileops/bulkdownload')).toBeLessThan(lines.indexOf('GET /api/2.0/files/199'));
  });

  test('whose listing fails after the start is cancelled, and fails as the listing did', async () => {
    await portal(broken, () => false);
    const operation = await sourceOf(server!).archive(['1']);
    expect(await errorOf(operation.result())).toMatchObject({ kind: 'vendor-failure', message: expect.stringContaining('broken'), operation: 'archive' });
    expect(operation.progress.status).toBe('cancelled');
    expect(server!.lines()).toContain('PUT /api/2.0/files/fileops/terminate');
  });

  test('whose listing failed does not succeed where the job could not be stopped any more', async () => {
    await portal(broken);
    const operation = await sourceOf(server!).archive(['1']);
    expect(await errorOf(operation.result())).toMatchObject({ kind: 'vendor-failure', message: expect.stringContaining('broken') });
  });

  test('whose items may follow is there before all folders are listed, and then tells what all of them have', async () => {
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    await portal(async () => {
      await held;
      return contents([file(31)]);
    });
    const archive = await (await sourceOf(server!).archive(['1'], { itemsMayFollow: true })).result();
    expect(archive.items.map(({ name }) => name)).toEqual(['21.txt']);
    goOn();
    await archive.itemsListed;
    expect(archive.items.map(({ name }) => name)).toEqual(['21.txt', '31.txt', '41.txt']);
  });

  test('whose items may follow tells by them, located, that the listing failed when the job had ended already', async () => {
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    await portal(async () => {
      await held;
      return broken();
    });
    const archive = await (await sourceOf(server!).archive(['1'], { itemsMayFollow: true })).result();
    goOn();
    expect(await errorOf(archive.itemsListed!)).toMatchObject({ kind: 'vendor-failure', message: expect.stringContaining('broken'), operation: 'archive', source: 'documents' });
  });

  test('whose items may follow ends their listing when the signal that it was asked for with fires', async () => {
    await portal(() => new Promise<Told>(() => undefined));
    const stop = new AbortController();
    const archive = await (await sourceOf(server!).archive(['1'], { itemsMayFollow: true, signal: stop.signal })).result();
    stop.abort();
    expect(await errorOf(archive.itemsListed!)).toMatchObject({ kind: 'aborted', operation: 'archive' });
    expect(server!.lines().filter((line) => line.includes('terminate'))).toEqual([]);
  });

  test('of a folder whose listing fails before a file is known is not started', async () => {
    server = await startScript(({ path }) => (path.endsWith('/folder/3') ? workspace(folder(3)) : path.endsWith('/files/3') ? broken() : undefined));
    expect(await errorOf(sourceOf(server).archive(['3']))).toMatchObject({ kind: 'vendor-failure' });
    expect(server.lines().filter((line) => line.includes('bulkdownload'))).toEqual([]);
  });

  test('goes on at the vendor when its source is closed before all folders are listed', async () => {
    await portal(() => contents([], [folder(100)]), () => false);
    const source = sourceOf(server!);
    const operation = await source.archive(['1']);
    expect(operation.token).not.toBeNull();
    await source.close();
    await pause(50);
    expect(server!.lines()).not.toContain('GET /api/2.0/files/180');
    expect(server!.lines().filter((line) => line.includes('terminate'))).toEqual([]);
  });
});
