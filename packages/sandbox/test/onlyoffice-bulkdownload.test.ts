import { afterEach, describe, expect, test } from '@jest/globals';
import { demoIds } from '../src/index.ts';
import { type Bench, closeBenches, type Reply, startBench } from './onlyoffice-client.ts';

afterEach(closeBenches);

const FILEOPS = '/api/2.0/files/fileops';
const { files } = demoIds;
type Operation = Record<string, unknown>;

const put = (bench: Bench, body: unknown, as?: string): Promise<Reply> => bench.call('PUT', `${FILEOPS}/bulkdownload`, { body, ...(as !== undefined && { as }) });
const list = async (bench: Bench, rest = ''): Promise<Operation[]> => (await bench.call('GET', `${FILEOPS}${rest}`)).response as Operation[];
const message = ({ json }: Reply): unknown => (json?.['error'] as { message: string } | undefined)?.message;

describe('starting a download on DocSpace', () => {
  test('answers the operation as created, without url, in an envelope that counts one', async () => {
    const bench = await startBench();
    const { status, json } = await put(bench, { fileIds: [files.note, files.lease] });
    expect(status).toBe(200);
    expect(json).toEqual({
      response: [{ id: expect.any(String), Operation: 3, progress: 0, error: '', processed: '0', finished: false, status: 0 }],
      count: 1,
      links: [{ href: `${bench.sandbox.baseUrl}${FILEOPS}/bulkdownload`, action: 'PUT' }],
      status: 0,
      statusCode: 200,
    });
  });

  test('is refused while another of the same user runs, even with an empty selection, but not by one that waits to be read', async () => {
    const bench = await startBench();
    await put(bench, { fileIds: [files.note] });
    const refused = await put(bench, {});
    expect([refused.status, message(refused)]).toEqual([403, 'Too many downloads.']);
    expect((await put(bench, { fileIds: [files.readable] }, await bench.signIn(1))).status).toBe(200);
    bench.pass(1000);
    const again = (await put(bench, { fileIds: [files.lease] })).response as Operation[];
    expect(again.map(({ status }) => status)).toEqual([2, 0]);
    expect(await list(bench)).toHaveLength(1);
  });

  test('starts nothing for an empty or unreadable selection', async () => {
    const bench = await startBench();
    for (const body of [{}, { fileIds: [], folderIds: [] }, { fileIds: [true, null, [1]] }]) {
      const { status, response, json } = await put(bench, body);
      expect([status, response, json?.['count']]).toEqual([200, [], 1]);
    }
  });

  test('is 404 when nothing can be had, 400 without key or value, 500 for a number that is no int', async () => {
    const bench = await startBench();
    expect(message(await put(bench, { fileIds: [4711], folderIds: [4712] }))).toBe('The required file was not found');
    expect(message(await put(bench, { folderIds: [demoIds.privateFolder] }))).toBe('The required folder was not found');
    expect((await put(bench, { fileIds: [files.viewOnly] })).status).toBe(404);
    expect((await put(bench, { fileIds: [files.note, 'sbox-1-|nix'] })).status).toBe(404);
    expect((await put(bench, { fileConvertIds: [{ key: 12 }] })).status).toBe(400);
    expect((await put(bench, { fileIds: [1.5] })).status).toBe(500);
    expect((await put(bench, { fileIds: [3_000_000_000] })).status).toBe(500);
  });

  test('with returnSingleOperation leaves the others unread', async () => {
    const bench = await startBench();
    await put(bench, { fileIds: [files.note] });
    bench.pass(1000);
    expect((await put(bench, { fileIds: [files.lease], returnSingleOperation: true })).response).toHaveLength(1);
    expect(await list(bench)).toHaveLength(2);
  });

  test('before 3.7 checks nothing and sends no status', async () => {
    const bench = await startBench({ version: '3.6' });
    const { status, response } = await put(bench, { fileIds: [4711] });
    expect([status, (response as Operation[])[0]]).toEqual([200, expect.not.objectContaining({ status: expect.anything() })]);
    bench.pass(1000);
    expect(await list(bench)).toMatchObject([{ error: "You don't have enough permission to perform the operation", finished: false, progress: 100 }]);
  });
});

describe('the life of a download on DocSpace', () => {
  test('goes from created over running and finished-but-running to completed, which is told once', async () => {
    const bench = await startBench();
    await put(bench, { folderIds: [demoIds.contracts] });
    const seen: unknown[] = [];
    for (let step = 0; step < 12; step += 1) {
      const [operation] = await list(bench);
      seen.push(operation && [operation['status'], operation['finished'], 'url' in operation]);
      bench.pass(100);
    }
    expect(seen[0]).toEqual([0, false, false]);
    expect(seen[5]).toEqual([1, false, false]);
    expect(seen[9]).toEqual([1, true, true]);
    expect(seen[10]).toEqual([2, true, true]);
    expect(seen[11]).toBeUndefined();
  });

  test('shows progress below 100 and processed as text on the way', async () => {
    const bench = await startBench();
    await put(bench, { fileIds: [files.note] });
    bench.pass(950);
    expect(await list(bench)).toMatchObject([{ progress: 50, processed: '1', finished: true, status: 1 }]);
    bench.pass(50);
    expect(await list(bench)).toMatchObject([{ progress: 100, processed: '1', finished: true, status: 2 }]);
  });

  test('is forgotten 120 seconds after its end if nobody asks', async () => {
    const bench = await startBench();
    await put(bench, { fileIds: [files.note] });
    bench.pass(1000 + 119_999);
    expect(await list(bench, '?id=unknown')).toEqual([]);
    bench.pass(1);
    expect(await list(bench)).toEqual([]);
  });

  test('asking by id consumes that one only', async () => {
    const bench = await startBench();
    const [first] = (await put(bench, { fileIds: [files.note] })).response as Operation[];
    bench.pass(1000);
    await put(bench, { fileIds: [files.lease], returnSingleOperation: true });
    bench.pass(1000);
    expect(await list(bench, `?id=${String(first?.['id'])}`)).toHaveLength(1);
    expect(await list(bench, '/download')).toHaveLength(1);
    expect(await list(bench, '/3')).toEqual([]);
  });

  test('the type of operation is a name or a number; imports and conversions are refused', async () => {
    const bench = await startBench();
    expect(await list(bench, '/Copy')).toEqual([]);
    for (const type of ['import', '6', 'nonsense']) expect((await bench.call('GET', `${FILEOPS}/${type}`)).status).toBe(400);
  });

  test('terminating takes it away and answers what is left', async () => {
    const bench = await startBench();
    const [operation] = (await put(bench, { fileIds: [files.note] })).response as Operation[];
    const { status, response } = await bench.call('PUT', `${FILEOPS}/terminate/${String(operation?.['id'])}`);
    expect([status, response]).toEqual([200, []]);
    expect(await list(bench)).toEqual([]);
    expect((await put(bench, { fileIds: [files.note] })).status).toBe(200);
    await bench.call('PUT', `${FILEOPS}/terminate`);
    expect(await list(bench)).toEqual([]);
  });

  test('a file named twice ends it with status 4 and no word', async () => {
    const bench = await startBench();
    await put(bench, { fileIds: [files.note, String(files.note)] });
    bench.pass(1000);
    const [operation] = await list(bench);
    expect(operation).toMatchObject({ status: 4, finished: false, error: '', progress: 100 });
    expect(operation).not.toHaveProperty('url');
  });

  test('an instant operation is still told by the next list and not by the PUT', async () => {
    const bench = await startBench({ operationDurationMs: 0 });
    expect((await put(bench, { fileIds: [files.note] })).response).toMatchObject([{ status: 0, finished: false }]);
    expect(await list(bench)).toMatchObject([{ status: 2, finished: true }]);
  });

  test('nobody sees the operations of others', async () => {
    const bench = await startBench();
    await put(bench, { fileIds: [files.note] });
    expect((await bench.call('GET', FILEOPS, { as: await bench.signIn(1) })).response).toEqual([]);
  });
});

describe.each(['docspace', 'workspace'] as const)('downloads that are held, on %s', (generation) => {
  test('stay half-way however late it is, those that ran before and those that come, and end at once when they are let go', async () => {
    const bench = await startBench({ generation });
    const halfWay = expect.objectContaining({ finished: false, progress: expect.any(Number) });
    await put(bench, { fileIds: [files.note] });
    bench.sandbox.operations.hold();
    bench.pass(3_600_000);
    expect(await list(bench)).toEqual([halfWay]);
    expect(await list(bench)).toEqual([halfWay]);
    bench.sandbox.operations.release();
    expect(await list(bench)).toMatchObject([{ finished: true, progress: 100, url: expect.any(String) }]);
    expect(await list(bench)).toEqual([]);
    bench.sandbox.operations.hold();
    await put(bench, { fileIds: [files.note] });
    bench.pass(3_600_000);
    expect(await list(bench)).toEqual([halfWay]);
    bench.sandbox.operations.release();
    expect(await list(bench)).toMatchObject([{ finished: true }]);
  });
});

describe('on Workspace', () => {
  test('a download starts with explicit nulls and without status', async () => {
    const bench = await startBench({ generation: 'workspace' });
    const { json } = await put(bench, { fileIds: [String(files.note)], folderIds: [] });
    expect(json).toEqual({
      count: 1,
      status: 0,
      statusCode: 200,
      response: [{ id: expect.any(String), operation: 3, progress: 0, error: null, processed: '0', finished: false, url: null, files: null, folders: null }],
    });
  });

  test('shows a junk url and the selection while it runs, and the true url at the end', async () => {
    const bench = await startBench({ generation: 'workspace' });
    await put(bench, { fileIds: [files.note, files.lease] });
    bench.pass(899);
    const [running] = await list(bench, '.json');
    expect(running).toMatchObject({ url: `${bench.sandbox.baseUrl}/file_106:`, finished: false, files: [{ id: files.note }] });
    bench.pass(101);
    expect(await list(bench)).toMatchObject([{ finished: true, progress: 100, files: null, url: expect.stringContaining('/Products/Files/HttpHandlers/filehandler.ashx?action=bulk&filename=') }]);
    expect(await list(bench)).toEqual([]);
  });

  test('refuses an empty selection with 403 and a repeated id with 400', async () => {
    const bench = await startBench({ generation: 'workspace' });
    const empty = await put(bench, {});
    expect([empty.status, message(empty)]).toEqual([403, 'Bad request.']);
    expect((await put(bench, { fileIds: [files.note, String(files.note)] })).status).toBe(400);
    await put(bench, { fileIds: [files.note] });
    expect(message(await put(bench, { fileIds: [files.lease] }))).toBe('Too many downloads.');
  });

  test('tells of a selection without anything in it by a finished operation', async () => {
    const bench = await startBench({ generation: 'workspace' });
    expect((await put(bench, { folderIds: [4711] })).status).toBe(200);
    bench.pass(1000);
    expect(await list(bench)).toMatchObject([{ finished: true, error: 'The required folder was not found', url: null }]);
  });

  test('a terminated download says so once, and an unread one is kept for ten minutes', async () => {
    const bench = await startBench({ generation: 'workspace' });
    await put(bench, { fileIds: [files.note] });
    expect((await bench.call('PUT', `${FILEOPS}/terminate`)).response).toMatchObject([{ finished: false }]);
    expect(await list(bench)).toMatchObject([{ finished: true, error: 'The operation was canceled', url: null }]);
    await put(bench, { fileIds: [files.note] });
    bench.pass(1000 + 599_999);
    expect(await list(bench)).toHaveLength(1);
    await put(bench, { fileIds: [files.note] });
    bench.pass(1000 + 600_000);
    expect(await list(bench)).toEqual([]);
  });

  test('takes a form as well as JSON', async () => {
    const bench = await startBench({ generation: 'workspace' });
    const answer = await fetch(`${bench.sandbox.baseUrl}${FILEOPS}/bulkdownload`, {
      method: 'PUT',
      headers: { authorization: bench.token },
      body: new URLSearchParams([['fileIds', String(files.note)], ['fileIds', String(files.lease)]]),
    });
    expect(answer.status).toBe(200);
  });
});

test.each(['docspace', 'workspace'] as const)('a download never ends without saying how, however the clock goes on while an answer is made (%s)', async (generation) => {
  for (const step of [1, 3, 7, 20]) {
    let now = Date.parse('2026-06-15T10:00:00Z');
    const bench = await startBench({ generation, operationDurationMs: 60, now: () => (now += step) });
    await put(bench, { fileIds: [files.note, files.lease] });
    const told: Operation[] = [];
    while (told.at(-1)?.['finished'] !== true) told.push(...(await list(bench)));
    expect(told.filter(({ url, finished, status, progress }) => (finished === true || status === 2 || progress === 100) && typeof url !== 'string')).toEqual([]);
  }
});
