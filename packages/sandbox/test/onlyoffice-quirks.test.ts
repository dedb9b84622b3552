import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { demoIds } from '../src/index.ts';
import { type Bench, closeBenches, startBench, unzip } from './onlyoffice-client.ts';

afterEach(closeBenches);

const FILEOPS = '/api/2.0/files/fileops';
const NOTE = `/filehandler.ashx?action=download&fileid=${demoIds.files.note}`;
const BODY = { fileIds: [demoIds.files.note, demoIds.files.lease] };

async function ended(bench: Bench, body: unknown = BODY): Promise<unknown> {
  await bench.call('PUT', `${FILEOPS}/bulkdownload`, { body });
  bench.pass(1000);
  return (await bench.call('GET', FILEOPS)).response;
}

describe('faults of HTTP', () => {
  test('hit the requests aimed at, after so many and so often', async () => {
    const { call, sandbox } = await startBench();
    sandbox.quirks.httpStatus = [{ path: /fileops$/, method: 'GET', status: 503, after: 1, times: 2 }];
    const statuses: number[] = [];
    for (let request = 0; request < 5; request += 1) statuses.push((await call('GET', FILEOPS)).status);
    expect(statuses).toEqual([200, 503, 503, 200, 200]);
  });

  test('429 has no body, says when to come back in seconds or as a date, and shows the limit', async () => {
    const { call, sandbox } = await startBench();
    sandbox.quirks.httpStatus = [{ path: 'fileops', status: 429, retryAfter: 7, times: 1 }, { path: 'fileops', status: 429, retryAfter: new Date(0), times: 1 }];
    const first = await call('GET', FILEOPS);
    expect([first.status, first.text, first.headers.get('retry-after'), first.headers.get('x-ratelimit-remaining')]).toEqual([429, '', '7', '0']);
    expect((await call('GET', FILEOPS)).headers.get('retry-after')).toBe('Thu, 01 Jan 1970 00:00:00 GMT');
  });

  test('bodies may be HTML or half an envelope, and the connection may drop', async () => {
    const { call, sandbox } = await startBench();
    sandbox.quirks.httpStatus = [
      { path: 'fileops', status: 502, body: 'html', times: 1 },
      { path: 'fileops', status: 200, body: 'half-json', times: 1 },
      { path: 'fileops', status: 0, times: 1 },
    ];
    expect((await call('GET', FILEOPS)).text).toContain('<html>');
    expect((await call('GET', FILEOPS)).json).toBeUndefined();
    await expect(call('GET', FILEOPS)).rejects.toThrow('fetch failed');
    expect(sandbox.requests.map(({ status }) => status).slice(-3, -1)).toEqual([502, 200]);
  });

  test('transfers break off, come short or without a length', async () => {
    const { call, sandbox } = await startBench();
    sandbox.quirks.transfers = [
      { path: 'filehandler', times: 1, fault: { kind: 'cut', afterBytes: 10 } },
      { path: 'filehandler', times: 1, fault: { kind: 'shorten', afterBytes: 10 } },
    ];
    await expect(call('GET', NOTE)).rejects.toThrow('terminated');
    const short = await call('GET', NOTE);
    expect([short.bytes.length, short.headers.get('content-length')]).toEqual([10, '10']);
    sandbox.quirks.noContentLength = true;
    const chunked = await call('GET', NOTE);
    expect([chunked.bytes.length, chunked.headers.get('content-length'), chunked.headers.get('accept-ranges')]).toEqual([68, null, null]);
  });
});

describe('ways in which a download ends badly', () => {
  test('somebody else consumed it', async () => {
    const bench = await startBench({ quirks: { consumeElsewhere: true } });
    expect(await ended(bench)).toEqual([]);
  });

  test('an error without finished', async () => {
    const bench = await startBench({ quirks: { neverFinished: true } });
    expect(await ended(bench)).toMatchObject([{ error: expect.stringContaining('permission'), finished: false, progress: 100, status: 2 }]);
  });

  test('status 4 without a word', async () => {
    const bench = await startBench({ quirks: { failWithoutError: true } });
    expect(await ended(bench)).toMatchObject([{ error: '', finished: false, status: 4 }]);
  });

  test('rights lost on the way, by quirk and in truth', async () => {
    const bench = await startBench();
    const other = await bench.signIn(1);
    await bench.call('PUT', `${FILEOPS}/bulkdownload`, { as: other, body: { fileIds: [demoIds.files.readable] } });
    bench.sandbox.store.file(demoIds.files.readable)!.readers = 'owner';
    bench.pass(1000);
    expect((await bench.call('GET', FILEOPS, { as: other })).response).toMatchObject([{ error: "You don't have enough permission to perform the operation", finished: false }]);
    bench.sandbox.quirks.permissionLost = true;
    expect(await ended(bench)).toMatchObject([{ error: "You don't have enough permission to perform the operation", finished: false }]);
  });

  test('cancelled ones show up once more', async () => {
    const bench = await startBench({ quirks: { canceledReappears: true } });
    await bench.call('PUT', `${FILEOPS}/bulkdownload`, { body: BODY });
    await bench.call('PUT', `${FILEOPS}/terminate`);
    expect((await bench.call('GET', FILEOPS)).response).toMatchObject([{ status: 3, finished: false }]);
    expect((await bench.call('GET', FILEOPS)).response).toEqual([]);
  });

  test('slow progress and operations of other kinds', async () => {
    const bench = await startBench({ quirks: { slowProgress: 10, otherOperation: true } });
    expect(await ended(bench)).toMatchObject([{ Operation: 2, finished: false }, { Operation: 3, finished: false, status: 1 }]);
    bench.pass(9000);
    expect((await bench.call('GET', `${FILEOPS}/download`)).response).toMatchObject([{ finished: true }]);
  });
});

describe('archives that are not what they should be', () => {
  const archive = async (bench: Bench): Promise<Buffer> => (await bench.call('GET', await bench.download(BODY))).bytes;

  test('cut at the end', async () => {
    expect(await archive(await startBench({ quirks: { truncateArchive: 100 } }))).toHaveLength(100);
  });

  test('with half a file, without one, and with a hostile name', async () => {
    const { note, lease } = demoIds.files;
    const bench = await startBench({ quirks: { truncatedEntries: [note], failingEntries: { [lease]: 'kaputt' }, extraEntry: '../../evil.txt' } });
    const members = unzip(await archive(bench));
    expect([...members.keys()]).toEqual(['Notiz.txt', '../../evil.txt']);
    expect(members.get('Notiz.txt')).toHaveLength(34);
  });

  test('a tar.gz of empty members', async () => {
    const bench = await startBench({ tarGz: true, quirks: { emptyTarMembers: true } });
    const bytes = gunzipSync(await archive(bench));
    expect(bytes.includes('Notiz.txt')).toBe(true);
    expect(bytes.includes('Schlüssel')).toBe(false);
  });
});

test('the pre-check and the unzipped single file can be switched', async () => {
  const bench = await startBench({ quirks: { precheck: false, singleFileUnzipped: false } });
  expect((await bench.call('PUT', `${FILEOPS}/bulkdownload`, { body: { fileIds: [4711] } })).status).toBe(200);
  bench.pass(1000);
  const { bytes } = await bench.call('GET', await bench.download({ fileIds: [demoIds.files.note] }));
  expect([...unzip(bytes).keys()]).toEqual(['Notiz.txt']);
});

test('the envelope can do without links', async () => {
  const bench = await startBench({ quirks: { linksInEnvelope: false } });
  expect((await bench.call('GET', FILEOPS)).json).toEqual({ response: [], count: 1, status: 0, statusCode: 200 });
});
