import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createFileSources, systemPorts, type FileSources } from '@filesource/container';
import type { HttpRequest, HttpResponse } from '@filesource/core';
import { createAxiosTransport } from '@filesource/http';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { demoApiKeys, demoIds, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnOfficeSandbox } from '@filesource/sandbox';
import { pull, type Receipt } from '@filesource/transfer';

const MiB = 1024 * 1024;
const size = 80 * MiB;
/** The body of the whole file stands still here until a range was answered: the vendor is slow, whatever this machine is. */
const heldAt = 4 * MiB;
const axios = createAxiosTransport();

let content: Buffer;
let sha256: string;
let onOffice: OnOfficeSandbox;
let onlyOffice: OnlyOfficeSandbox;
let refs: Readonly<Record<string, string>>;
let sources: FileSources;
let directory: string;
/** What was asked for by range. */
let ranges: string[];
let answered: number;
let onRange: () => void;
/** Makes the exchange of some of the first ranges; the rest of the file is none of them. */
let hurt: (request: HttpRequest) => Promise<HttpResponse>;

beforeAll(async () => {
  content = randomBytes(size);
  sha256 = createHash('sha256').update(content).digest('hex');
  [onOffice, onlyOffice] = await Promise.all([startOnOfficeSandbox(), startOnlyOfficeSandbox()]);
  const { id } = onlyOffice.store.addFolder(demoIds.my, { title: 'large' });
  onlyOffice.store.addFile(id, { title: 'large.bin', content });
  onOffice.store.appointments.addFile(990, { name: 'large.bin', mediaType: 'application/octet-stream', bytes: () => content });
  refs = { 'a portal': `documents:${id}`, 'an appointment': 'appointments:990' };
});
beforeEach(async () => {
  ranges = [];
  answered = 0;
  onRange = () => undefined;
  hurt = (request) => axios.send(request);
  directory = await mkdtemp(join(tmpdir(), 'filesource-large-'));
  const account = { apiUrl: onOffice.apiUrl, token: onOffice.token, secret: onOffice.secret };
  sources = await createFileSources({
    config: {
      sources: {
        appointments: { provider: 'onoffice-appointment', ...account },
        documents: { provider: 'onlyoffice', baseUrl: onlyOffice.baseUrl, apiKey: demoApiKeys[0].key },
      },
    },
    adapters: [onoffice, onlyoffice],
    transport: { send },
  });
});
afterEach(async () => {
  onOffice.quirks.linkRanges = true;
  await sources.close();
  await rm(directory, { recursive: true, force: true });
});
afterAll(async () => {
  axios.close();
  await Promise.all([onOffice.close(), onlyOffice.close()]);
});

function boundsOf(range: string): readonly number[] {
  return /^bytes=(\d+)-(\d*)$/.exec(range)?.slice(1).map(Number) ?? [];
}

async function send(request: HttpRequest): Promise<HttpResponse> {
  const range = Object.entries(request.headers ?? {}).find(([name]) => name.toLowerCase() === 'range')?.[1];
  if (range !== undefined) {
    ranges.push(range);
    onRange();
  }
  const [first = 0, last = 0] = range === undefined ? [] : boundsOf(range);
  const isHurt = range !== undefined && ranges.length > 3 && ranges.length <= 6 && last - first < 4 * MiB;
  const response = isHurt ? await hurt(request) : await axios.send(request);
  if (range !== undefined) answered += 1;
  if (range !== undefined || response.headers['content-length'] !== String(size)) return response;
  const held = new Held();
  response.body.pipe(held).once('close', () => response.body.destroy());
  return { ...response, body: held };
}

/** A body of which only the first mebibyte comes. */
class Cut extends Transform {
  readonly #error: Error | undefined;
  #left = MiB;

  constructor(error?: Error) {
    super();
    this.#error = error;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null, chunk?: Buffer) => void): void {
    const kept = chunk.subarray(0, this.#left);
    this.#left -= kept.length;
    if (this.#left > 0 || this.#error === undefined) done(null, kept);
    else done(this.#error);
  }
}

function cut({ body, ...answer }: HttpResponse, error?: Error): HttpResponse {
  const part = new Cut(error);
  body.pipe(part).once('close', () => body.destroy());
  return { ...answer, body: part };
}

function emptyAnswer({ url }: HttpRequest, status: number): HttpResponse {
  return { status, headers: { 'content-length': '0' }, url, body: Readable.from([]) };
}

class Held extends Transform {
  #bytes = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error: null, chunk: Buffer) => void): void {
    this.#bytes += chunk.length;
    const go = (): void => {
      if (this.#bytes < heldAt || answered > 0) done(null, chunk);
      else setTimeout(go, 5).unref();
    };
    go();
  }
}

/** With a clock by which hardly anything comes in a second, until ranges come. */
function pulled(ref: string, options: { readonly signal?: AbortSignal; readonly concurrency?: number } = {}): Promise<Receipt> {
  const { clock, hashing } = systemPorts();
  let nowMs = 0;
  return pull({ sources, refs: [ref], directory: join(directory, 'to'), hashing, clock: { sleep: (ms, signal) => clock.sleep(ms, signal), now: () => (nowMs += answered > 0 ? 0 : 1000) }, ...options });
}

async function expectComplete(receipt: Receipt): Promise<void> {
  expect(receipt.complete).toBe(true);
  const [path] = (await readdir(join(directory, 'to'), { recursive: true })).filter((name) => name.endsWith('large.bin'));
  const bytes = await readFile(join(directory, 'to', path ?? ''));
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
  expect(JSON.stringify(receipt)).toContain(sha256);
}

describe.each(['a portal', 'an appointment'])('a large file of %s, which sends it slowly,', (of) => {
  it('comes in ranges', async () => {
    await expectComplete(await pulled(refs[of] ?? ''));
    const asked = ranges.map(boundsOf).sort(([a = 0], [b = 0]) => a - b);
    expect(asked.length).toBeGreaterThan(5);
    for (const [index, [, last = 0]] of asked.entries()) expect(last + 1).toBe(asked[index + 1]?.[0] ?? size);
  });

  it('is carried on where it was broken off among them', async () => {
    const stop = new AbortController();
    onRange = () => ranges.length === 6 && stop.abort();
    await expect(pulled(refs[of] ?? '', { signal: stop.signal })).rejects.toMatchObject({ kind: 'aborted' });
    ranges = [];
    await expectComplete(await pulled(refs[of] ?? ''));
    expect(boundsOf(ranges[0] ?? '')[0]).toBeGreaterThan(heldAt);
  });
});

describe.each(['a portal', 'an appointment'])('a large file of %s comes whole, although some of its ranges', (of) => {
  const without = ({ headers, ...request }: HttpRequest): HttpRequest => ({ ...request, headers: Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => name.toLowerCase() !== 'range')) });
  const changed = (response: HttpResponse, headers: Record<string, string>): HttpResponse => ({ ...response, headers: { ...response.headers, ...headers } });

  it.each<[string, (request: HttpRequest) => Promise<HttpResponse>]>([
    ['break off', async (request) => cut(await axios.send(request), new Error('reset'))],
    ['end early', async (request) => cut(await axios.send(request))],
    ['are refused for a while', async (request) => emptyAnswer(request, 503)],
    ['are not there', async (request) => emptyAnswer(request, 404)],
    ['do not fit the file', async (request) => emptyAnswer(request, 416)],
    ['are said to be of a larger file', async (request) => changed(await axios.send(request), { 'content-range': `bytes 0-${4 * MiB - 1}/${size + 1}` })],
    ['are said to be others', async (request) => changed(await axios.send(request), { 'content-range': `bytes 0-${4 * MiB - 1}/${size}` })],
    ['are the whole file', (request) => axios.send(without(request))],
  ])('%s', async (_what, answer) => {
    hurt = answer;
    await expectComplete(await pulled(refs[of] ?? ''));
    expect(ranges.length).toBeGreaterThan(4);
  });
});

it('of a vendor that sends the whole file for a range, the body that is on its way goes on', async () => {
  onOffice.quirks.linkRanges = false;
  await expectComplete(await pulled(refs['an appointment'] ?? ''));
  expect(ranges).toHaveLength(1);
});
