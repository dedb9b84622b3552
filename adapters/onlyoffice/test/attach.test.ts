import { afterEach, describe, expect, test } from '@jest/globals';
import { parseOperationToken, type Progress } from '@filesource/core';
import { demoIds, demoUsers, startOnlyOfficeSandbox, type OnlyOfficeSandbox } from '@filesource/sandbox';
import { archiveOf, behindTls, errorOf, makeSource, readAll } from './make-source.ts';
import { docspace, docspaceError, startScript, workspace, type ScriptServer, type Told } from './script-server.ts';

let server: ScriptServer | undefined;
let sandbox: OnlyOfficeSandbox | undefined;
afterEach(async () => {
  await Promise.all([server?.close(), sandbox?.close()]);
  server = undefined;
  sandbox = undefined;
});

type Members = Readonly<Record<string, unknown>>;
type Step = readonly Members[] | Told;

const id = 'd5490cba-a5e6-40db-acb2-94203dba12d6';
const bulkPath = '/filehandler.ashx?action=bulk&filename=QUJD%2FZg%3D%3D';
const files = ['7/1', '7/2'];

const op = (members: Members = {}): Members => ({ id, Operation: 3, progress: 0, error: '', processed: '0', finished: false, ...members });
const done = op({ progress: 100, finished: true, status: 2, url: bulkPath });

/** A portal whose answers to GET fileops come in this order, the last one for ever. */
async function script(polls: readonly Step[], generation: 'docspace' | 'workspace' = 'docspace'): Promise<ScriptServer> {
  let gets = 0;
  const envelope = generation === 'docspace' ? docspace : workspace;
  server = await startScript(({ method, path }): Told | undefined => {
    if (path === '/api/2.0/authentication') return docspace(true);
    if (path.startsWith('/api/2.0/files/file/')) return envelope({ id: Number(path.split('/').pop()), title: `${path.split('/').pop()}.txt`, folderId: 7, pureContentLength: 3, version: 1 });
    if (method === 'PUT' && path.endsWith('/bulkdownload')) return envelope([op()]);
    if (method === 'PUT' && path.includes('/terminate')) return envelope([]);
    if (path === '/filehandler.ashx') return { body: 'PK-bytes', headers: { 'content-type': 'application/zip' } };
    if (method !== 'GET' || path !== '/api/2.0/files/fileops') return undefined;
    const step = polls[Math.min(gets++, polls.length - 1)] ?? [];
    if (!Array.isArray(step)) return step as Told;
    return envelope((step as readonly Members[]).map((one) => (typeof one['url'] === 'string' && one['url'].startsWith('/') ? { ...one, url: `${server!.url}${one['url']}` } : one)));
  });
  return server;
}

const newSource = (): ReturnType<typeof makeSource>['source'] => makeSource({ baseUrl: server!.url }).source;
const looks = (): number => server!.asked.filter(({ method, path }) => method === 'GET' && path.endsWith('/fileops')).length;

async function startedToken(): Promise<string> {
  const { token } = await newSource().archive(files);
  return token!;
}

describe('attaching from another process', () => {
  test('goes on by id, and plans anew what was asked for', async () => {
    await script([[op({ progress: 10 })], [op({ progress: 60, processed: '1' })], [done], []]);
    const token = await startedToken();
    const operation = await newSource().attach(token);
    expect(operation.progress).toMatchObject({ status: 'running', percent: 10 });
    const archive = await operation.result();
    expect(archive.items.map(({ ref, path }) => [ref.file, path])).toEqual([['1', '1.txt'], ['2', '2.txt']]);
    expect((await readAll((await archive.open()).body)).toString()).toBe('PK-bytes');
    expect(server!.asked.filter(({ path }) => path.endsWith('/fileops')).map(({ query }) => query.get('id'))).toEqual([id, id, id]);
    expect(server!.asked.filter(({ path }) => path.endsWith('/bulkdownload'))).toHaveLength(1);
  });

  test('looks once and walks nothing before somebody waits', async () => {
    await script([[op({ progress: 40, processed: '2' })]]);
    const token = await startedToken();
    const before = server!.asked.length;
    expect((await newSource().attach(token)).progress).toMatchObject({ status: 'running', percent: 40, processed: 2 });
    expect(server!.lines().slice(before)).toEqual(['GET /api/2.0/files/fileops']);
  });

  test('that sees the end gives the token that counts from then on', async () => {
    await script([[done], []]);
    const first = await startedToken();
    const operation = await newSource().attach(first);
    expect(operation.progress.status).toBe('succeeded');
    const second = operation.token!;
    expect(second).not.toBe(first);
    const before = looks();
    const archive = await (await newSource().attach(second)).result();
    expect(archive).toMatchObject({ warning: null, link: { url: `${server!.url}${bulkPath}` } });
    expect((await readAll((await archive.open()).body)).toString()).toBe('PK-bytes');
    expect(looks()).toBe(before);
    expect(await errorOf(newSource().attach(first))).toMatchObject({ kind: 'conflict', operation: 'attach', message: expect.stringContaining('gone'), advice: expect.stringContaining('use the token that it gave') });
  });

  test('by a token of the end knows that the vendor complained', async () => {
    await script([[op({ ...done, error: 'geheim.docx is broken' })], []]);
    const { token } = await newSource().attach(await startedToken());
    expect(JSON.stringify(parseOperationToken(token!))).not.toMatch(/http|filehandler|geheim|127\.0\.0\.1/);
    expect((await (await newSource().attach(token!)).result()).warning).toContain('complained');
  });

  test.each([
    ['with plain HTTP, behind TLS', 'https://portal.example.com', 'http://portal.example.com'],
    ['with plain HTTP, behind TLS on a port of its own', 'https://portal.example.com:8443', 'http://portal.example.com:8443'],
    ['with the domain of its tenant, called by a loopback address', 'http://localhost:8080', 'https://tenant.example.com'],
  ])('gives a token of the end also where the portal spells its link %s', async (_name, baseUrl, spelled) => {
    await script([[op({ ...done, url: `${spelled}${bulkPath}` })], []]);
    const { source } = makeSource({ baseUrl }, { http: behindTls(baseUrl, server!) });
    const { token } = await source.archive(files);
    const operation = await source.attach(token!);
    await operation.result();
    const archive = await (await makeSource({ baseUrl }, { http: behindTls(baseUrl, server!) }).source.attach(operation.token!)).result();
    const content = await archive.open();
    expect([content.name, (await readAll(content.body)).toString()]).toEqual(['download.zip', 'PK-bytes']);
  });

  test.each(['/filehandler.ashx?action=bulk&filename=QUJD%2fZg%3d%3d', '/filehandler.ashx?action=bulk&filename=QUJD/Zg==', '/filehandler.ashx?filename=QUJD%2FZg%3D%3D&action=bulk'])(
    'gives a token of the end also where the portal writes its link as %s',
    async (link) => {
      await script([[op({ ...done, url: link })], []]);
      const operation = await newSource().attach(await startedToken());
      await (await newSource().attach(operation.token!)).result().then((archive) => archive.open());
      expect(server!.asked.at(-1)!.query.get('filename')).toBe('QUJD/Zg==');
    },
  );

  test.each(['/filehandler.ashx?action=bulk&filename=QUJD&session=x', '/filehandler.ashx?action=view&filename=QUJD', '/other/filehandler.ashx?action=bulk&filename=QUJD'])('makes no token of the link %s', async (link) => {
    await script([[op({ ...done, url: link })], []]);
    expect((await newSource().attach(await startedToken())).token).toBeNull();
  });

  test('keeps a link of a form that is not known for itself', async () => {
    await script([[op({ ...done, url: '/elsewhere/archive?ticket=secret' })], []]);
    const operation = await newSource().attach(await startedToken());
    await operation.result();
    expect(operation.token).toBeNull();
  });

  test.each<[string, readonly Members[], Members]>([
    ['with a reason', [op({ status: 4, error: 'boom' })], { kind: 'vendor-failure', message: expect.stringContaining('boom') }],
    ['without finished', [op({ status: 2, progress: 100, error: 'You don\'t have enough permission to perform the operation' })], { kind: 'permission-denied' }],
    ['cancelled', [op({ status: 3 })], { kind: 'conflict', message: expect.stringContaining('cancelled') }],
  ])('shows how it failed: %s', async (_name, end, expected) => {
    await script([end, []]);
    const operation = await newSource().attach(await startedToken());
    expect(operation.progress.status).toBe('failed');
    expect(await errorOf(operation.result())).toMatchObject(expected);
  });

  test('is not misled by a list that lags behind', async () => {
    await script([[], [op({ progress: 20 })]]);
    expect((await newSource().attach(await startedToken())).progress.percent).toBe(20);
  });

  test('cancels', async () => {
    await script([[op({ progress: 20 })]]);
    const operation = await newSource().attach(await startedToken());
    await operation.cancel();
    expect(operation.progress.status).toBe('cancelled');
    expect(server!.lines()).toContain(`PUT /api/2.0/files/fileops/terminate/${id}`);
  });

  test('repeats a look that failed for a passing reason', async () => {
    await script([{ status: 503, body: '' }, [op({ progress: 30 })]]);
    const token = await startedToken();
    const { source } = makeSource({ baseUrl: server!.url, maxAttempts: 3 });
    expect((await source.attach(token)).progress.percent).toBe(30);
  });

  test('is refused to another user of the portal', async () => {
    await script([[op({ progress: 20 })]]);
    const token = await startedToken();
    const { source } = makeSource({ baseUrl: server!.url, userName: 'somebody@example.com', password: 'correct horse' });
    const before = server!.asked.length;
    expect(await errorOf(source.attach(token))).toMatchObject({ kind: 'invalid-argument', message: expect.stringContaining('another account') });
    expect(server!.asked).toHaveLength(before);
  });
});

describe('one process', () => {
  test('asks from one place, however often it attaches', async () => {
    await script([[op({ progress: 10 })], [op({ progress: 20 })], [op({ progress: 30 })], [done], []]);
    const { source } = makeSource({ baseUrl: server!.url });
    const started = await source.archive(files);
    const others = await Promise.all([source.attach(started.token!), source.attach(started.token!)]);
    const watching = others.map(async (other) => {
      const seen: Progress[] = [];
      for await (const progress of other.watch()) seen.push(progress);
      return seen.at(-1)?.status;
    });
    const archives = await Promise.all([started, ...others].map((one) => one.result()));
    expect(await Promise.all(watching)).toEqual(['succeeded', 'succeeded']);
    expect(archives.map(({ link }) => link?.url)).toEqual(Array(3).fill(`${server!.url}${bulkPath}`));
    expect(looks()).toBe(4);
  });

  test('attaching twice at the same time looks once', async () => {
    await script([[op({ progress: 10 })], [done], []]);
    const token = await startedToken();
    const source = newSource();
    const [one, two] = await Promise.all([source.attach(token), source.attach(token)]);
    expect(looks()).toBe(1);
    await Promise.all([one.result(), two.result()]);
    expect(looks()).toBe(2);
    expect((await source.attach(token)).progress.status).toBe('succeeded');
    expect(looks()).toBe(2);
  });

  test('one waiter that gives up leaves the operation and the other waiter alone', async () => {
    await script([[op({ progress: 10 })], [op({ progress: 20 })], [op({ progress: 30 })], [done], []]);
    const token = await startedToken();
    const source = newSource();
    const operation = await source.attach(token);
    const abort = new AbortController();
    const given = errorOf(operation.result({ signal: abort.signal }));
    const kept = (await source.attach(token)).result();
    abort.abort();
    expect(await given).toMatchObject({ kind: 'aborted' });
    expect((await kept).items).toHaveLength(2);
    expect(server!.lines().some((line) => line.includes('terminate'))).toBe(false);
  });

  test('asks again for an operation that it gave up for a broken portal', async () => {
    await script([[op({ progress: 10 })], ...Array.from({ length: 6 }, () => ({ status: 503, body: '' })), [op({ progress: 50 })]] as Step[]);
    const token = await startedToken();
    const source = newSource();
    expect(await errorOf((await source.attach(token)).result())).toMatchObject({ kind: 'vendor-failure', status: 'persistent' });
    expect((await source.attach(token)).progress).toMatchObject({ status: 'running', percent: 50 });
  });
});

describe('polling', () => {
  test.each<[string, Step]>([
    ['with an error', { status: 429, headers: { 'retry-after': '12' } }],
    ['with an answer', { ...docspace([op({ progress: 10 })]), headers: { 'retry-after': '12' } }],
  ])('waits as long as the portal asks for %s', async (_name, step) => {
    const times: number[] = [];
    let gets = 0;
    server = await startScript(({ method, path }): Told | undefined => {
      if (path === '/api/2.0/authentication') return docspace(true);
      if (path.startsWith('/api/2.0/files/file/')) return docspace({ id: Number(path.split('/').pop()), title: 'a.txt', folderId: 7 });
      if (method === 'PUT') return docspace([op()]);
      if (path !== '/api/2.0/files/fileops') return undefined;
      times.push(performance.now());
      gets += 1;
      return gets === 1 ? (step as Told) : docspace([{ ...done, url: `${server!.url}${bulkPath}` }]);
    });
    await archiveOf(newSource(), ...files);
    // The clock of these tests runs twenty times faster.
    expect((times[1]! - times[0]!) * 20).toBeGreaterThan(11_000);
  });

  test('a wait that is too long says what was seen', async () => {
    await script([[op({ progress: 35 })]]);
    const operation = await newSource().archive(files);
    const looked = new AbortController();
    for await (const { percent } of operation.watch({ signal: looked.signal })) if (percent === 35) break;
    looked.abort();
    expect(await errorOf(operation.result({ timeoutMs: 3000 }))).toMatchObject({ kind: 'timeout', message: expect.stringMatching(/within 3000 ms: \d+ looks, last seen at 35 %/), advice: expect.stringContaining('goes on') });
  });
});

describe.each([
  ['docspace', 120_000],
  ['workspace', 600_000],
] as const)('%s, on a clock that is put forward', (generation, forgottenMs) => {
  async function startAt(now: { ms: number }): Promise<() => ReturnType<typeof makeSource>['source']> {
    sandbox = await startOnlyOfficeSandbox({ generation, operationDurationMs: 5000, now: () => now.ms });
    const { baseUrl } = sandbox;
    const { userName, password } = demoUsers[0];
    return () => makeSource({ baseUrl, userName, password }).source;
  }

  test('an end that nobody asked for in time is gone, by name', async () => {
    const now = { ms: Date.UTC(2026, 10, 21) };
    const another = await startAt(now);
    const { token } = await another().archive([String(demoIds.contracts)]);
    now.ms += 5000 + forgottenMs + 1000;
    expect(await errorOf(another().attach(token!))).toMatchObject({ kind: 'conflict', message: expect.stringContaining('nobody asked for it in time') });
  });

  test('an end that is asked for just in time is seen once, and its token goes on', async () => {
    const now = { ms: Date.UTC(2026, 10, 21) };
    const another = await startAt(now);
    const { token } = await another().archive([String(demoIds.contracts)]);
    now.ms += 5000 + forgottenMs - 1000;
    const operation = await another().attach(token!);
    expect(operation.progress.status).toBe('succeeded');
    expect(await errorOf(another().attach(token!))).toMatchObject({ kind: 'conflict' });
    now.ms += 3_600_000;
    const archive = await (await another().attach(operation.token!)).result();
    expect(archive.name).toBe('Verträge.zip');
    expect((await readAll((await archive.open()).body)).subarray(0, 2).toString()).toBe('PK');
  });

  test('a waiter whose operation is forgotten while it sleeps is told', async () => {
    const now = { ms: Date.UTC(2026, 10, 21) };
    const another = await startAt(now);
    const operation = await another().archive([String(demoIds.contracts)]);
    now.ms += 5000 + forgottenMs + 1000;
    expect(await errorOf(operation.result())).toMatchObject({ kind: 'conflict', message: expect.stringContaining('gone') });
  });

  test('an end that a listing of another program used up is gone, by name', async () => {
    const now = { ms: Date.UTC(2026, 10, 21) };
    const another = await startAt(now);
    const { token } = await another().archive([String(demoIds.contracts)]);
    now.ms += 6000;
    // Another archive of the same user: in Workspace its start tells all, in DocSpace a listing without an id does.
    const other = another();
    if (generation === 'workspace') await other.archive([String(demoIds.leases)]);
    else sandbox!.quirks.consumeElsewhere = true;
    expect(await errorOf(another().attach(token!))).toMatchObject({ kind: 'conflict', message: expect.stringContaining('told to another program') });
  });

  test('ids that come twice are asked for once', async () => {
    const now = { ms: Date.UTC(2026, 10, 21) };
    const another = await startAt(now);
    const lease = `${demoIds.contracts}/${demoIds.files.lease}`;
    const operation = await another().archive([lease, lease, String(demoIds.leases), String(demoIds.leases), `@recent/${demoIds.files.lease}`], { convert: {} });
    now.ms += 6000;
    expect((await operation.result()).items.filter(({ ref }) => ref.file === String(demoIds.files.lease))).toHaveLength(1);
  });
});

describe('endings of DocSpace that are told once', () => {
  test.each<[string, readonly Step[], Members]>([
    ['an error with finished', [[op({ error: 'boom', finished: true, progress: 40, status: 1 })], []], { kind: 'vendor-failure', message: expect.stringContaining('boom') }],
    ['an error with finished and completed', [[op({ error: 'boom', finished: true, progress: 100, status: 2 })], []], { kind: 'vendor-failure' }],
    ['a refusal of the list itself', [docspaceError(403, 'Access denied', 'System.Security.SecurityException')], { kind: 'permission-denied' }],
  ])('%s', async (_name, polls, expected) => {
    await script(polls);
    expect(await errorOf(archiveOf(newSource(), ...files))).toMatchObject(expected);
  });
});
