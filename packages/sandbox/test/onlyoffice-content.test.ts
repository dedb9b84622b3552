import { afterEach, describe, expect, test } from '@jest/globals';
import { demoApiKeys, demoIds } from '../src/index.ts';
import { type Bench, closeBenches, type Reply, startBench } from './onlyoffice-client.ts';

afterEach(closeBenches);

const { files } = demoIds;
const DOCSPACE = '/filehandler.ashx';
const WORKSPACE = '/Products/Files/HttpHandlers/filehandler.ashx';
const SIZE = 68;

const get = (bench: Bench, query: string, range?: string, handler = DOCSPACE): Promise<Reply> => bench.call('GET', `${handler}?${query}`, { headers: range === undefined ? {} : { range } });

describe('a file from DocSpace', () => {
  test('comes with its length, type and name', async () => {
    const bench = await startBench();
    const { status, headers, bytes } = await get(bench, `action=download&fileid=${files.note}`);
    expect([status, bytes.length, headers.get('content-length')]).toEqual([200, SIZE, String(SIZE)]);
    expect([headers.get('accept-ranges'), headers.get('content-type'), headers.get('etag')]).toEqual(['bytes', 'text/plain', null]);
    const umlaut = await get(bench, `action=view&fileid=${files.lease}`);
    expect(umlaut.headers.get('content-disposition')).toBe(`inline; filename="Mietvertrag%20K%C3%B6nigsallee.docx"; filename*=UTF-8''Mietvertrag%20K%C3%B6nigsallee.docx`);
  });

  test.each([
    ['bytes=5-9', 206, 'bytes 5-9/68', 5],
    ['bytes=50-', 206, 'bytes 50-67/68', 18],
    ['bytes=50-999', 206, 'bytes 50-67/68', 18],
    ['bytes=0-', 200, null, 68],
    ['bytes=0-999', 200, null, 68],
  ])('Range %s gives %i', async (range, status, contentRange, length) => {
    const bench = await startBench();
    const reply = await get(bench, `action=download&fileid=${files.note}`, range);
    expect([reply.status, reply.headers.get('content-range'), reply.bytes.length]).toEqual([status, contentRange, length]);
  });

  test.each(['bytes=-5', 'bytes=0-1,4-5', 'bytes=68-', 'bytes=9-5'])('Range %s is 400 in HTML, and 500 on a bulk download', async (range) => {
    const bench = await startBench();
    const reply = await get(bench, `action=download&fileid=${files.note}`, range);
    expect([reply.status, reply.headers.get('content-type')]).toEqual([400, 'text/html; charset=utf-8']);
    const bulk = await bench.call('GET', await bench.download({ fileIds: [files.note] }), { headers: { range } });
    expect([bulk.status, bulk.json?.['statusCode']]).toEqual([500, 500]);
  });

  test('any Range on an empty file is refused', async () => {
    const bench = await startBench();
    expect((await get(bench, `action=download&fileid=${files.emptyFile}`)).bytes).toHaveLength(0);
    expect((await get(bench, `action=download&fileid=${files.emptyFile}`, 'bytes=0-')).status).toBe(400);
  });

  test('older versions and other formats are asked for in the query', async () => {
    const bench = await startBench();
    expect((await get(bench, `action=download&fileid=${files.history}&version=1`)).text).toBe('Fassung 1\n');
    expect((await get(bench, `action=download&fileid=${files.history}`)).text).toBe('Fassung 3\n');
    expect((await get(bench, `action=download&fileid=${files.history}&version=7`)).status).toBe(404);
    const converted = await get(bench, `action=download&fileid=${files.history}&outputtype=.pdf`);
    expect([converted.headers.get('content-disposition'), converted.text.slice(0, 5)]).toEqual(['attachment; filename=Wartungsvertrag.pdf', '%PDF-']);
  });

  test('is 404 when missing and 403 without rights, with a bad token and with none, always without a body', async () => {
    const bench = await startBench();
    const status = async (id: number, as?: string | null): Promise<unknown> => {
      const reply = await bench.call('GET', `${DOCSPACE}?action=download&fileid=${id}`, as === undefined ? {} : { as });
      return [reply.status, reply.text];
    };
    expect(await status(4711)).toEqual([404, '']);
    expect(await status(files.privateFile)).toEqual([403, '']);
    expect(await status(files.viewOnly)).toEqual([403, '']);
    expect(await status(files.note, null)).toEqual([403, '']);
    expect(await status(files.note, 'Bearer worn-out')).toEqual([403, '']);
    expect((await status(files.note, `Bearer ${demoApiKeys[3].key}`)) as number[]).toMatchObject([200, expect.any(String)]);
  });

  test('a stream address needs no credentials for 16 minutes', async () => {
    const bench = await startBench();
    const url = String((await bench.call('GET', `/api/2.0/files/file/${files.note}/presigneduri`)).response);
    expect((await bench.call('GET', url, { as: null })).bytes).toHaveLength(SIZE);
    bench.pass(16 * 60_000);
    expect((await bench.call('GET', url, { as: null })).status).toBe(403);
  });

  test('an unknown action is 500 here and 400 on Workspace', async () => {
    const bench = await startBench();
    expect((await get(bench, 'action=dance')).json).toMatchObject({ error: { message: 'Bad request.' }, statusCode: 500 });
    const workspace = await startBench({ generation: 'workspace' });
    expect((await get(workspace, 'action=dance', undefined, WORKSPACE)).status).toBe(400);
  });
});

describe('the url of a finished download', () => {
  test('serves the same user only: 403 to nobody, 404 to another', async () => {
    const bench = await startBench();
    const url = await bench.download({ fileIds: [files.note] });
    expect((await bench.call('GET', url, { as: null })).status).toBe(403);
    expect((await bench.call('GET', url, { as: await bench.signIn(1) })).status).toBe(404);
    expect((await bench.call('GET', url)).bytes).toHaveLength(SIZE);
  });

  test('with a name that cannot be read is 500, without one 404', async () => {
    const bench = await startBench();
    expect((await get(bench, 'action=bulk&filename=quatsch')).status).toBe(500);
    expect((await get(bench, 'action=bulk')).status).toBe(404);
  });
});

describe('a storage with presigned addresses', () => {
  test('is had by redirect to another origin, which wants no credentials', async () => {
    const bench = await startBench({ storage: 'presigned' });
    const url = await bench.download({ folderIds: [demoIds.contracts] });
    const redirect = await bench.call('GET', url);
    const location = redirect.headers.get('location') ?? '';
    expect(redirect.status).toBe(302);
    expect(location.startsWith(bench.sandbox.storageUrl ?? '-')).toBe(true);
    expect((await bench.call('GET', location)).status).toBe(400);
    expect((await bench.call('GET', location, { as: null, headers: { cookie: 'asc_auth_key=x' } })).status).toBe(400);
    const archive = await bench.call('GET', location, { as: null });
    expect([archive.status, archive.bytes.subarray(0, 2).toString()]).toEqual([200, 'PK']);
    expect(archive.headers.get('content-disposition')).toContain("filename*=UTF-8''Vertr%C3%A4ge.zip");
    expect((await bench.call('GET', location, { as: null, headers: { range: 'bytes=-4' } })).status).toBe(206);
  });

  test('forgets an address after an hour and refuses a changed one', async () => {
    const bench = await startBench({ storage: 'presigned' });
    const { headers } = await get(bench, `action=download&fileid=${files.note}`);
    const location = headers.get('location') ?? '';
    expect((await bench.call('GET', location.replace(/.$/, 'x'), { as: null })).text).toContain('SignatureDoesNotMatch');
    bench.pass(3_600_000);
    const late = await bench.call('GET', location, { as: null });
    expect([late.status, late.text]).toEqual([403, expect.stringContaining('Request has expired')]);
  });
});

describe('a file from Workspace', () => {
  test('speaks of ranges only when asked, and then always', async () => {
    const bench = await startBench({ generation: 'workspace' });
    const plain = await get(bench, `action=download&fileid=${files.note}`, undefined, WORKSPACE);
    expect([plain.status, plain.headers.get('accept-ranges'), plain.headers.get('content-range')]).toEqual([200, null, null]);
    const whole = await get(bench, `action=download&fileid=${files.note}`, 'bytes=0-', WORKSPACE);
    expect([whole.status, whole.headers.get('content-range')]).toEqual([200, 'bytes 0-67/68']);
    const bad = await get(bench, `action=download&fileid=${files.note}`, 'bytes=-5', WORKSPACE);
    expect([bad.status, bad.text]).toEqual([400, 'Wrong Range header']);
  });

  test('has an ETag that saves the second transfer', async () => {
    const bench = await startBench({ generation: 'workspace' });
    const query = `action=download&fileid=${files.note}`;
    const etag = (await get(bench, query, undefined, WORKSPACE)).headers.get('etag') ?? '';
    expect((await bench.call('GET', `${WORKSPACE}?${query}`, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });
});
