import { afterEach, describe, expect, test } from '@jest/globals';
import { Agent, get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { demoApiKeys, parseFault, pseudoRandomBytes, sampleDocument, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnOfficeSandbox, type SandboxFault } from '../src/index.ts';
import { appointmentFiles, call, type FileRecord } from './onoffice-client.ts';

const bytes = pseudoRandomBytes(3, 1000);
const close: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of close.splice(0)) await stop();
});

async function onOffice(...faults: readonly SandboxFault[]): Promise<OnOfficeSandbox> {
  const files = Array.from({ length: 45 }, (_, index) => sampleDocument(`${index}.bin`, 'application/octet-stream', () => bytes));
  const sandbox = await startOnOfficeSandbox({ faults, data: { appointments: [{ id: 5, files }], addresses: [{ id: 6, files }] } });
  close.push(() => sandbox.close());
  return sandbox;
}

async function onlyOffice(options: Parameters<typeof startOnlyOfficeSandbox>[0] = {}): Promise<OnlyOfficeSandbox> {
  const sandbox = await startOnlyOfficeSandbox(options);
  close.push(() => sandbox.close());
  return sandbox;
}

async function linkOf(sandbox: OnOfficeSandbox): Promise<string> {
  sandbox.faults.set([]);
  return String((await listed(sandbox, 0))[0]?.elements['url']);
}

async function listed(sandbox: OnOfficeSandbox, listoffset: number): Promise<readonly FileRecord[]> {
  const answer = await call(sandbox, appointmentFiles(sandbox, { appointmentid: 5, listlimit: 20, listoffset }));
  return answer.response.results[0]?.data.records ?? [];
}

interface Came {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Promise<Buffer | string>;
  /** Leaves before the end. */
  leave(): void;
}

/** As Node's own client sees it; `body` tells how the bytes ended. */
function fetchRaw(url: string, headers: Record<string, string> = {}, agent?: Agent): Promise<Came> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, ...(agent === undefined ? {} : { agent }) }, (answer) => {
      const body = buffer(answer).catch((error: NodeJS.ErrnoException) => error.code ?? 'failed');
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body, leave: () => void answer.destroy() });
    });
    request.once('error', reject);
  });
}

async function struck(fault: string, headers: Record<string, string> = {}): Promise<Came> {
  const sandbox = await onOffice();
  const url = await linkOf(sandbox);
  sandbox.faults.set([parseFault(fault)]);
  return fetchRaw(url, headers);
}

describe('what a fault does to the bytes of a link', () => {
  test('cut announces all and breaks off', async () => {
    const { headers, body } = await struck('cut:at=100');
    expect(headers['content-length']).toBe('1000');
    expect(await body).toBe('ECONNRESET');
  });

  test('shorten looks whole', async () => {
    const { headers, body } = await struck('shorten:at=100');
    expect(headers['content-length']).toBe('100');
    expect(await body).toEqual(bytes.subarray(0, 100));
  });

  test('stall falls silent, and the caller has to leave', async () => {
    const { body, leave } = await struck('stall');
    await new Promise((resolve) => setTimeout(resolve, 300));
    leave();
    expect(await body).toBe('ERR_STREAM_PREMATURE_CLOSE');
  });

  test('trickle brings all in the end', async () => {
    const started = Date.now();
    expect(await (await struck('trickle:bytes=400,every=20')).body).toEqual(bytes);
    expect(Date.now() - started).toBeGreaterThan(35);
  });

  test('flip changes one bit and nothing else', async () => {
    const came = (await (await struck('flip:at=7')).body) as Buffer;
    expect(came.length).toBe(1000);
    expect([...came.entries()].filter(([index, byte]) => byte !== bytes[index])).toEqual([[7, (bytes[7] ?? 0) ^ 0x10]]);
  });

  test('length announces more than comes, or fewer', async () => {
    expect((await struck('length:by=50')).headers['content-length']).toBe('1050');
    expect(await (await struck('length:by=-50')).body).toEqual(bytes.subarray(0, 950));
  });

  test('endless never ends', async () => {
    const { headers, body, leave } = await struck('endless');
    expect(headers['content-length']).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 300));
    leave();
    expect(await body).toBe('ERR_STREAM_PREMATURE_CLOSE');
  });

  test('ignore-range answers 200 with the whole', async () => {
    const { status, body } = await struck('ignore-range', { range: 'bytes=100-199' });
    expect(status).toBe(200);
    expect(await body).toEqual(bytes);
  });

  test('content-range tells of other bytes than come', async () => {
    const { headers, body } = await struck('content-range:shift=5,total=1', { range: 'bytes=100-199' });
    expect(headers['content-range']).toBe('bytes 105-204/1001');
    expect(await body).toEqual(bytes.subarray(100, 200));
  });

  test('redirect leads to the same server under another name', async () => {
    const { status, headers } = await struck('redirect');
    expect(status).toBe(302);
    expect(headers.location).toMatch(/^http:\/\/localhost:\d+\/smart\//);
  });

  test('html, status and expire-link stand in the place of the file', async () => {
    expect((await struck('html')).headers['content-type']).toContain('text/html');
    expect((await struck('status:code=502')).status).toBe(502);
    expect(String(await (await struck('expire-link')).body)).toContain('Link abgelaufen');
  });

  test('rate-limit says in seconds or as a date how long to wait', async () => {
    expect((await struck('rate-limit:retry=7')).headers['retry-after']).toBe('7');
    const date = Date.parse(String((await struck('rate-limit:retry=7,as=date')).headers['retry-after']));
    expect(Math.abs(date - Date.now() - 7000)).toBeLessThan(2000);
  });

  test('hang-up closes without an answer', async () => {
    await expect(struck('hang-up')).rejects.toThrow(/socket hang up|ECONNRESET/);
  });

  test('close answers whole, and the connection is gone afterwards', async () => {
    const sandbox = await onOffice();
    const url = await linkOf(sandbox);
    sandbox.faults.set([{ kind: 'close' }]);
    const agent = new Agent({ keepAlive: true });
    expect(await (await fetchRaw(url, {}, agent)).body).toEqual(bytes);
    for (let looks = 0; looks < 500 && Object.keys({ ...agent.sockets, ...agent.freeSockets }).length > 0; looks += 1) await new Promise((resolve) => setTimeout(resolve, 10));
    expect([agent.sockets, agent.freeSockets]).toEqual([{}, {}]);
    agent.destroy();
  });
});

describe('what a fault does to the calls of onOffice', () => {
  test('repeat-page sends the page before, drop-page the one after', async () => {
    const sandbox = await onOffice();
    const ids = async (offset: number): Promise<unknown[]> => (await listed(sandbox, offset)).map(({ id }) => id);
    const [first, , last] = [await ids(0), await ids(20), await ids(40)];
    sandbox.faults.set([{ kind: 'repeat-page' }]);
    expect(await ids(0)).toEqual(first);
    expect(await ids(20)).toEqual(first);
    sandbox.faults.set([{ kind: 'drop-page', times: 1 }]);
    expect(await ids(20)).toEqual(last);
  });

  test('drop-result loses one of several results', async () => {
    const sandbox = await onOffice({ kind: 'drop-result' });
    const one = appointmentFiles(sandbox, { appointmentid: 5, listlimit: 1 });
    expect((await call(sandbox, one, one)).response.results).toHaveLength(1);
    expect((await call(sandbox, one)).response.results).toHaveLength(1);
  });

  test('half-json cannot be read', async () => {
    const sandbox = await onOffice(parseFault('half-json:times=1'));
    await expect(listed(sandbox, 0)).rejects.toThrow();
    expect(await listed(sandbox, 0)).toHaveLength(20);
  });
});

describe('what a fault does to ONLYOFFICE', () => {
  const headers = { authorization: `Bearer ${demoApiKeys[0].key}`, 'content-type': 'application/json' };

  test('restart makes operations vanish and breaks the connections', async () => {
    const sandbox = await onlyOffice({ operationDurationMs: 60_000 });
    await fetch(`${sandbox.baseUrl}/api/2.0/files/fileops/bulkdownload`, { method: 'PUT', headers, body: JSON.stringify({ folderIds: [101], fileIds: [] }) });
    const list = async (): Promise<unknown[]> => ((await (await fetch(`${sandbox.baseUrl}/api/2.0/files/fileops`, { headers })).json()) as { readonly response: unknown[] }).response;
    expect(await list()).toHaveLength(1);
    sandbox.faults.set([{ kind: 'drop-result', times: 1 }]);
    expect(await list()).toHaveLength(0);
    sandbox.faults.set([{ kind: 'restart', on: ['operation'], times: 1 }]);
    await expect(list()).rejects.toThrow();
    expect(await list()).toHaveLength(0);
  });

  test('expire-token ends a login and leaves an API key alone', async () => {
    const sandbox = await onlyOffice({ faults: [{ kind: 'expire-token' }] });
    const login = await fetch(`${sandbox.baseUrl}/api/2.0/authentication`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ userName: 'anna.berger@example.test', password: 'wrong' }) });
    expect(login.status).toBeGreaterThanOrEqual(400);
    expect((await fetch(`${sandbox.baseUrl}/api/2.0/files/@my`, { headers })).status).toBe(200);
    expect(sandbox.faults.strikes.length).toBeGreaterThan(0);
  });

  test('expire-link strikes the store that a portal redirects to, and the bytes are those of the store', async () => {
    const sandbox = await onlyOffice({ storage: 'presigned', faults: [parseFault('expire-link:times=1'), parseFault('cut:at=3,after=1')] });
    const url = `${sandbox.baseUrl}/filehandler.ashx?action=download&fileid=101`;
    const file = sandbox.store.allFiles()[0];
    const at = (): Promise<Response> => fetch(url.replace('101', String(file?.id)), { headers, redirect: 'manual' });
    const store = async (): Promise<Came> => fetchRaw(String((await at()).headers.get('location')));
    expect((await store()).status).toBe(403);
    expect(await (await store()).body).toBe('ECONNRESET');
  });
});

describe('occasions', () => {
  async function statuses(...faults: readonly string[]): Promise<number[]> {
    const sandbox = await onOffice();
    const url = await linkOf(sandbox);
    sandbox.faults.set(faults.map(parseFault), 42);
    const seen: number[] = [];
    for (let count = 0; count < 8; count += 1) seen.push((await fetchRaw(url)).status);
    return seen;
  }

  test('after lets some pass, times ends it', async () => {
    expect(await statuses('status:after=2,times=3')).toEqual([200, 200, 503, 503, 503, 200, 200, 200]);
  });

  test('on keeps a fault to what it names', async () => {
    expect(await statuses('status:on=list+archive')).toEqual(Array.from({ length: 8 }, () => 200));
  });

  test('chance strikes now and then, and with one seed always at the same places', async () => {
    const first = await statuses('status:chance=0.5');
    expect(new Set(first)).toEqual(new Set([200, 503]));
    expect(await statuses('status:chance=0.5')).toEqual(first);
  });
});
