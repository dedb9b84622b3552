import { afterEach, describe, expect, test } from '@jest/globals';
import type { Clock } from '@filesource/core';
import { docspace, docspaceError, startScript, workspace, type Asked, type ScriptServer, type Told } from './script-server.ts';
import { archiveOf, errorOf, makeSource, readAll, type MadeSource } from './make-source.ts';

let server: ScriptServer | undefined;
afterEach(async () => {
  await server?.close();
});

type Members = Readonly<Record<string, unknown>>;
type Step = readonly Members[] | Told;

const id = 'd5490cba-a5e6-40db-acb2-94203dba12d6';
const bulkPath = '/filehandler.ashx?action=bulk&filename=QUJD';
const junk = 'http://127.0.0.1/file_12:file_13:';

interface Script {
  readonly generation?: 'docspace' | 'workspace';
  /** Answers of the PUT, the last one for ever. */
  readonly put?: readonly Step[];
  /** Answers of GET fileops, the last one for ever. */
  readonly polls: readonly Step[];
  readonly config?: Members;
  readonly clock?: Clock;
}

function op(members: Members = {}): Members {
  return { id, Operation: 3, progress: 0, error: '', processed: '0', finished: false, ...members };
}

const next = (steps: readonly Step[], index: number): Step => steps[Math.min(index, steps.length - 1)] ?? [];

async function run({ generation = 'docspace', put = [[op()]], polls, config = {}, clock }: Script): Promise<MadeSource & { readonly server: ScriptServer }> {
  let puts = 0;
  let gets = 0;
  const envelope = generation === 'docspace' ? docspace : workspace;
  const told = (step: Step): Told => {
    if (!Array.isArray(step)) return step as Told;
    const base = server!.url;
    return envelope((step as readonly Members[]).map((one) => (typeof one['url'] === 'string' && one['url'].startsWith('/') ? { ...one, url: `${base}${one['url']}` } : one)));
  };
  server = await startScript(({ method, path }: Asked): Told | undefined => {
    if (path === '/api/2.0/authentication') return docspace(true);
    if (path.startsWith('/api/2.0/files/file/')) {
      return envelope({ id: Number(path.split('/').pop()), title: 'a.txt', folderId: 7, pureContentLength: 3, version: 1 });
    }
    if (method === 'PUT' && path.endsWith('/bulkdownload')) return told(next(put, puts++));
    if (method === 'GET' && path === '/api/2.0/files/fileops') return told(next(polls, gets++));
    if (method === 'PUT' && path.includes('/terminate')) return generation === 'workspace' && !path.endsWith('/terminate') ? { status: 404 } : envelope([]);
    if (path === '/filehandler.ashx') return { body: 'PK-bytes', headers: { 'content-type': 'application/zip', 'content-disposition': 'attachment; filename=portal-download-2026-11-21.zip' } };
    return undefined;
  });
  return { ...makeSource({ baseUrl: server.url, ...config }, clock === undefined ? {} : { clock }), server };
}

/** Time that only waits take, and no work; time-outs never come. */
function waitsOnlyClock(): Clock {
  let nowMs = Date.UTC(2026, 10, 21);
  return { now: () => nowMs, sleep: (ms) => (ms >= 600_000 ? new Promise(() => undefined) : Promise.resolve(void (nowMs += ms))) };
}

const files = ['7/1', '7/2'];

describe('endings that deliver', () => {
  const url = bulkPath;
  test.each<[string, Script]>([
    ['status 2 of DocSpace', { polls: [[op({ progress: 50, status: 1 })], [op({ progress: 100, finished: true, status: 2, url })], []] }],
    ['finished before completed', { polls: [[op({ progress: 50, finished: true, status: 1, url })]] }],
    ['without a status, as before 3.7', { polls: [[op({ progress: 100, finished: true, url })], []] }],
    ['numbers and truth as texts', { polls: [[op({ Operation: '3', progress: '50', finished: 'false', status: '1' })], [op({ Operation: '3', progress: '100', finished: 'true', status: '2', url })], []] }],
    ['progress 100 without finished', { polls: [[op({ progress: 100, url })], []] }],
    ['Workspace, with junk on the way', { generation: 'workspace', polls: [[{ id, operation: 3, progress: 40, error: null, processed: '2', finished: false, url: junk, files: null }], [{ id, operation: 3, progress: 100, error: null, finished: false, url: junk }], [{ id, operation: 3, progress: 100, error: null, finished: true, url }], []] }],
    ['progress 100 long before the end', { polls: [[op({ progress: 100, status: 1 })], [op({ progress: 100, status: 1 })], [op({ progress: 100, status: 2, finished: true, url })], []] }],
    ['an empty list once', { polls: [[], [op({ progress: 100, finished: true, status: 2, url })]] }],
    ['in the answer of the PUT', { put: [[op({ progress: 100, finished: true, status: 2, url })]], polls: [[]] }],
    ['failed questions on the way', { polls: [{ status: 502, body: '<html>' }, { body: '{"resp' }, { status: 429, headers: { 'retry-after': '1' } }, [op({ progress: 100, finished: true, status: 2, url })], []] }],
    ['a relative link', { polls: [[op({ progress: 100, finished: true, status: 2, url: `.${bulkPath}` })]] }],
    ['among others, of other types and old', { put: [[op({ id: 'old', progress: 100, finished: true, status: 2, url: '/filehandler.ashx?action=bulk&filename=OLD' }), op({ id: 'x', Operation: 2 }), op()]], polls: [[op({ id: 'y', Operation: 1 }), op({ progress: 100, finished: true, status: 2, url })]] }],
  ])('%s', async (_name, script) => {
    const { source } = await run(script);
    const archive = await archiveOf(source, ...files);
    expect(archive).toMatchObject({ warning: null, link: { url: `${server!.url}${bulkPath}`, kind: 'archive', expires: null, needsCredentials: true } });
    expect((await readAll((await archive.open()).body)).toString()).toBe('PK-bytes');
  });

  test('a host whose name looks like what Workspace sends before the end is no such thing', async () => {
    const link = `http://office_file_1:8080${bulkPath}`;
    const { source } = await run({ polls: [[op({ progress: 100, finished: true, status: 2, url: link })], []] });
    expect((await archiveOf(source, ...files)).link).toMatchObject({ url: link });
  });

  test('an error with a link is an archive that may have holes', async () => {
    const { source } = await run({ polls: [[op({ error: 'a.docx is broken', progress: 40, processed: '2', status: 1 })], [op({ error: 'a.docx is broken', progress: 100, finished: true, status: 2, url })]] });
    expect((await archiveOf(source, ...files)).warning).toBe('a.docx is broken');
  });

  test('the operation is asked for by its id, with texts as ids and once for each', async () => {
    const { source, server } = await run({ polls: [[op({ progress: 100, finished: true, status: 2, url })]] });
    await archiveOf(source, '7/1', '7/2', '@recent/1');
    const put = server.asked.find(({ method }) => method === 'PUT')!;
    expect(put.body).toEqual({ fileIds: ['1', '2'], folderIds: [], returnSingleOperation: true });
    expect(server.asked.find(({ path }) => path.endsWith('/fileops'))!.query.get('id')).toBe(id);
  });

  test('progress is told, and never goes back', async () => {
    const { source } = await run({ polls: [[op({ progress: 20, processed: '1' })], [op({ progress: 10, processed: '1' })], [op({ progress: 60, processed: '3' })], [op({ progress: 100, finished: true, url })]] });
    const seen: (number | null)[] = [];
    for await (const { percent } of (await source.archive(files)).watch()) seen.push(percent);
    expect(seen.filter((percent, index) => percent !== seen[index - 1])).toEqual([0, 20, 60, 100]);
  });
});

describe('endings that fail', () => {
  const noRights = "You don't have enough permission to perform the operation";
  test.each<[string, Script, Members]>([
    ['an error without finished, then gone', { polls: [[op({ error: noRights, status: 1 })], []] }, { kind: 'permission-denied', message: expect.stringContaining(noRights) }],
    ['an error without finished, for ever', { polls: [[op({ error: noRights })]] }, { kind: 'permission-denied' }],
    ['an error without finished, completed', { polls: [[op({ error: noRights, status: 2, progress: 100 })], []] }, { kind: 'permission-denied' }],
    ['an error half-way that is the last word', { polls: [[op({ error: 'disk full', progress: 40, processed: '4' })], []] }, { kind: 'vendor-failure', message: expect.stringContaining('disk full') }],
    ['an error with junk for a link', { generation: 'workspace', polls: [[{ id, operation: 3, progress: 100, error: 'The required file was not found', finished: true, url: junk }]] }, { kind: 'not-found' }],
    ['cancelled by somebody else', { polls: [[op({ status: 3 })], []] }, { kind: 'conflict', message: expect.stringContaining('cancelled') }],
    ['cancelled in Workspace', { polls: [[op({ error: 'The operation was canceled', finished: true, progress: 100 })]] }, { kind: 'conflict' }],
    ['status 4 without a word', { polls: [[op({ status: 4 })], []] }, { kind: 'vendor-failure', message: expect.stringContaining('no reason') }],
    ['status 4 with a word', { polls: [[op({ status: 4, error: 'boom' })], []] }, { kind: 'vendor-failure', message: expect.stringContaining('boom') }],
    ['finished with nothing', { polls: [[op({ finished: true, progress: 100 })], []] }, { kind: 'vendor-failure', message: expect.stringContaining('without an archive') }],
    ['completed with nothing', { polls: [[op({ status: 2, progress: 100 })], []] }, { kind: 'vendor-failure' }],
    ['progress 100 with nothing, then gone', { polls: [[op({ progress: 100 })], []] }, { kind: 'vendor-failure' }],
    ['gone after it was seen running', { polls: [[op({ progress: 30 })], []] }, { kind: 'conflict', message: expect.stringContaining('gone') }],
    ['never seen', { polls: [[]] }, { kind: 'conflict' }],
    ['the portal stays broken', { polls: [{ status: 503, body: '' }] }, { kind: 'vendor-failure', status: 'persistent' }],
    ['a page for ever', { polls: [{ body: '<html></html>' }] }, { kind: 'vendor-protocol', status: 'persistent' }],
    ['no operation at all', { put: [[]], polls: [[]] }, { kind: 'vendor-protocol' }],
    ['two running that may be ours', { put: [[op(), op({ id: 'other' })]], polls: [[]] }, { kind: 'conflict' }],
    ['refused before it began', { put: [docspaceError(404, 'The required file was not found')], polls: [[]] }, { kind: 'not-found' }],
    ['a broken answer to the start', { put: [{ status: 500, body: 'x' }], polls: [[]], config: { maxAttempts: 5 } }, { kind: 'vendor-failure', status: 'persistent' }],
  ])('%s', async (_name, script, expected) => {
    const { source, server } = await run(script);
    expect(await errorOf(archiveOf(source, ...files))).toMatchObject({ source: 'documents', operation: 'archive', ...expected });
    expect(server.asked.filter(({ path }) => path.endsWith('/bulkdownload'))).toHaveLength(1);
  });

  test('a job that packs on after an error is waited for', async () => {
    const packing = (progress: number): Step => [op({ error: 'one is broken', progress, processed: '2', status: 1 })];
    const { source } = await run({ polls: [packing(20), packing(20), packing(20), packing(20), packing(30), [op({ error: 'one is broken', finished: true, progress: 100, status: 2, url: bulkPath })]] });
    expect((await archiveOf(source, ...files)).warning).toBe('one is broken');
  });
});

describe('another download of the same user', () => {
  const done = [op({ progress: 100, finished: true, status: 2, url: bulkPath })];
  const busyForms: [string, Told][] = [
    ['in English', docspaceError(403, 'Too many downloads.')],
    ['in German, told by the type', docspaceError(403, 'Zu viele Downloads.', 'System.InvalidOperationException')],
    ['in German, told by the code of Workspace', { status: 403, json: { status: 1, statusCode: 403, error: { message: 'Zu viele Downloads.', hresult: -2146233079, data: {} } } }],
  ];

  test.each(busyForms)('is waited for: %s', async (_name, busy) => {
    const { source, ports } = await run({ put: [busy, busy, [op()]], polls: [done] });
    await archiveOf(source, ...files);
    expect(ports.logged.filter(({ event }) => event === 'onlyoffice.busy').map(({ fields }) => fields['delayMs'])).toEqual([1000, 1500]);
  });

  test.each([
    ['whenBusy: fail', { whenBusy: 'fail', maxAttempts: 4 }, 1],
    ['busyTimeoutMs is over', { busyTimeoutMs: 2000, maxAttempts: 4 }, 2],
  ])('is an error when %s', async (_name, config, puts) => {
    const { source, server } = await run({ put: [busyForms[0]![1]], polls: [[]], config, clock: waitsOnlyClock() });
    expect(await errorOf(archiveOf(source, ...files))).toMatchObject({ kind: 'rate-limited', status: 'persistent', advice: expect.stringContaining('whenBusy') });
    expect(server.asked.filter(({ path }) => path.endsWith('/bulkdownload'))).toHaveLength(puts);
  });

  test('waiting ends with the signal', async () => {
    const { source } = await run({ put: [busyForms[0]![1]], polls: [[]] });
    const abort = new AbortController();
    const error = errorOf(source.archive(files, { signal: abort.signal }));
    setTimeout(() => abort.abort(), 100);
    expect(await error).toMatchObject({ kind: 'aborted' });
  });

  test.each([
    ['Access denied', 'System.Security.SecurityException'],
    ['Bad request.', 'System.InvalidOperationException'],
    ["You don't have enough permission to perform the operation", 'System.InvalidOperationException'],
    ['The content of third party folder are not available. Try to reconnect the account.', 'System.InvalidOperationException'],
  ])('%s is no reason to wait', async (message, type) => {
    const { source, server } = await run({ put: [docspaceError(403, message, type)], polls: [[]] });
    expect(await errorOf(archiveOf(source, ...files))).toMatchObject({ kind: 'permission-denied', message: expect.stringContaining(message) });
    expect(server.lines().filter((line) => line.includes('bulkdownload'))).toHaveLength(1);
  });

  test('too many requests are tried again before anything was started', async () => {
    const { source } = await run({ put: [{ status: 429, headers: { 'retry-after': '0' } }, [op()]], polls: [done], config: { maxAttempts: 3 } });
    await archiveOf(source, ...files);
  });

  test('an end that the answer to the next archive tells reaches the first', async () => {
    const second = 'bbbbbbbb-0000-4000-8000-000000000000';
    const link = (name: string): string => `/filehandler.ashx?action=bulk&filename=${name}`;
    const { source } = await run({
      put: [[op()], [op({ progress: 100, finished: true, status: 2, url: link('A') }), op({ id: second })]],
      polls: [[op({ id: second, progress: 100, finished: true, status: 2, url: link('B') })], []],
    });
    const one = await source.archive(files);
    const two = await source.archive(files);
    expect((await two.result()).link!.url).toContain('filename=B');
    expect((await one.result()).link!.url).toContain('filename=A');
  });

  test('an archive that a later one of the same name replaced is not handed out', async () => {
    const second = 'bbbbbbbb-0000-4000-8000-000000000000';
    const { source } = await run({ put: [[op()], [op({ id: second })]], polls: [done, [op({ ...done[0], id: second })]] });
    const one = await archiveOf(source, ...files);
    const two = await archiveOf(source, ...files);
    expect(await errorOf(one.open())).toMatchObject({ kind: 'conflict', message: expect.stringContaining('later archive') });
    (await two.open()).body.destroy();
  });
});

describe('waiting and cancelling', () => {
  test('an end that came while nobody waited any more is kept', async () => {
    const { source, server } = await run({ polls: [[op({ progress: 10 })], [op({ progress: 100, finished: true, status: 2, url: bulkPath })], []] });
    const operation = await source.archive(files);
    for (let tries = 0; tries < 5; tries += 1) await operation.result({ timeoutMs: 150 }).catch(() => undefined);
    expect((await operation.result()).link!.url).toContain('action=bulk');
    expect(server.asked.filter(({ path }) => path.endsWith('/fileops')).length).toBeLessThanOrEqual(3);
  });

  test.each([
    ['docspace', ['PUT /api/2.0/files/fileops/terminate/d5490cba-a5e6-40db-acb2-94203dba12d6']],
    ['workspace', ['PUT /api/2.0/files/fileops/terminate/d5490cba-a5e6-40db-acb2-94203dba12d6', 'PUT /api/2.0/files/fileops/terminate']],
  ] as const)('cancel stops it in %s, undetected', async (generation, lines) => {
    const { source, server } = await run({ generation, polls: [[op({ progress: 10 })]] });
    const operation = await source.archive(files);
    await operation.cancel();
    expect(await errorOf(operation.result())).toMatchObject({ kind: 'aborted' });
    expect(server.lines().filter((line) => line.includes('terminate'))).toEqual(lines);
  });

  test('cancel in a configured Workspace asks for no route that is not there', async () => {
    const { source, server } = await run({ generation: 'workspace', polls: [[op()]], config: { generation: 'workspace' } });
    await (await source.archive(files)).cancel();
    expect(server.lines().filter((line) => line.includes('terminate'))).toEqual(['PUT /api/2.0/files/fileops/terminate']);
  });
});

describe('a token that dies while the job runs', () => {
  test('is not mistaken for an operation that is gone', async () => {
    const polls: Step[] = [[op({ progress: 10 })], []];
    let gets = 0;
    server = await startScript(({ method, path }): Told | undefined => {
      if (path === '/api/2.0/authentication') return docspace(false);
      if (path.startsWith('/api/2.0/files/file/')) return docspace({ id: Number(path.split('/').pop()), title: 'a.txt', folderId: 7 });
      if (method === 'PUT') return docspace([op()]);
      return docspace(next(polls, gets++));
    });
    const { source } = makeSource({ baseUrl: server.url });
    expect(await errorOf(archiveOf(source, ...files))).toMatchObject({ kind: 'unauthenticated' });
  });

  test('and was renewed by another call meanwhile costs none of the empty answers that are put up with', async () => {
    let logins = 0;
    let hasRenewed: () => void = () => undefined;
    const renewed = new Promise<void>((resolve) => (hasRenewed = resolve));
    const polls: Step[] = [[], [op({ progress: 100, finished: true, status: 2, url: bulkPath })]];
    let gets = 0;
    const portal = await startScript(async ({ method, path, headers }): Promise<Told | undefined> => {
      const isLatest = headers.authorization === `Bearer session-${logins}`;
      if (path === '/api/2.0/authentication') {
        if (method === 'GET') return docspace(isLatest);
        logins += 1;
        return docspace({ token: `session-${logins}` });
      }
      if (path.startsWith('/api/2.0/files/file/')) return docspace({ id: Number(path.split('/').pop()), title: 'a.txt', folderId: 7, pureContentLength: 3, version: 1 });
      if (method === 'PUT') return docspace([op()]);
      if (path === '/api/2.0/files/fileops') {
        if (isLatest && logins > 1) return docspace((next(polls, gets++) as readonly Members[]).map((one) => ({ ...one, ...(one['url'] === undefined ? {} : { url: `${portal.url}${bulkPath}` }) })));
        await renewed;
        return docspace([]);
      }
      if (path === '/api/2.0/files/folder/9') {
        if (logins > 1) return docspace({ id: 9, title: 'Nine' });
        return { status: 401 };
      }
      return undefined;
    });
    server = portal;
    const { source } = makeSource({ baseUrl: portal.url, userName: 'anna@example.test', password: 'Sonnenblume' });
    const operation = await source.archive(files);
    const result = operation.result();
    result.catch(() => undefined);
    while (!portal.lines().some((line) => line.startsWith('GET /api/2.0/files/fileops'))) await new Promise((resolve) => setTimeout(resolve, 2));
    expect((await source.stat('9')).name).toBe('Nine');
    hasRenewed();
    expect((await result).link?.url).toContain(bulkPath);
  });
});
