import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { expect } from '@jest/globals';
import { createFileSources, systemPorts, type FileSources } from '@filesource/container';
import type { Clock, FileSource, Hashing, HttpRequest, HttpResponse } from '@filesource/core';
import { createAxiosTransport } from '@filesource/http';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { demoApiKeys, demoIds, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnOfficeSandbox } from '@filesource/sandbox';

export const MiB = 1024 * 1024;
/** Of the one large file of each vendor. */
export const size = 80 * MiB;
/** A body of the whole stands still here until a range was answered: the vendor is slow, whatever this machine is. */
export const heldAt = 4 * MiB;
/** Where the first range is followed by no other one for so long, there will be none. */
const refusedAfterMs = 300;
const axios = createAxiosTransport();

/** Both vendors, each with one large file that comes slowly as long as it comes by one connection. */
export class SlowWorld {
  readonly content = randomBytes(size);
  readonly sha256 = createHash('sha256').update(this.content).digest('hex');
  onOffice!: OnOfficeSandbox;
  onlyOffice!: OnlyOfficeSandbox;
  refs: Readonly<Record<string, string>> = {};
  sources!: FileSources;
  directory = '';
  /** What was asked for by range. */
  ranges: string[] = [];
  onRange: () => void = () => undefined;
  /** Makes the exchange of some of the first ranges; the rest of the file is none of them. */
  hurt: (request: HttpRequest) => Promise<HttpResponse> = send;
  /** Also that of all that follow, the rest of the file among them. */
  hurtsAll = false;
  /** The vendor gives nothing of the file any more, by range or whole. */
  refusesFile = false;
  #answered = 0;
  #answeredMs = 0;

  async start(): Promise<void> {
    [this.onOffice, this.onlyOffice] = await Promise.all([startOnOfficeSandbox(), startOnlyOfficeSandbox()]);
    const { id } = this.onlyOffice.store.addFolder(demoIds.my, { title: 'large' });
    this.onlyOffice.store.addFile(id, { title: 'large.bin', content: this.content });
    this.onOffice.store.appointments.addFile(990, { name: 'large.bin', mediaType: 'application/octet-stream', bytes: () => this.content });
    this.refs = { 'a portal': `documents:${id}`, 'an appointment': 'appointments:990' };
  }

  /** Before each test. */
  async begin(): Promise<void> {
    this.ranges = [];
    this.#answered = 0;
    this.onRange = () => undefined;
    this.hurt = send;
    this.hurtsAll = false;
    this.refusesFile = false;
    this.directory = await mkdtemp(join(tmpdir(), 'filesource-large-'));
    await this.open();
  }

  async open(): Promise<void> {
    const account = { apiUrl: this.onOffice.apiUrl, token: this.onOffice.token, secret: this.onOffice.secret };
    this.sources = await createFileSources({
      config: {
        sources: {
          appointments: { provider: 'onoffice-appointment', ...account },
          documents: { provider: 'onlyoffice', baseUrl: this.onlyOffice.baseUrl, apiKey: demoApiKeys[0].key },
        },
      },
      adapters: [onoffice, onlyoffice],
      transport: { send: (request) => this.#send(request) },
    });
  }

  /** After each test. */
  async end(): Promise<void> {
    this.onOffice.quirks.linkRanges = true;
    await this.sources.close();
    await rm(this.directory, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    axios.close();
    await Promise.all([this.onOffice.close(), this.onlyOffice.close()]);
  }

  sourceOf(of: string): FileSource {
    return this.sources.get(this.refOf(of).split(':')[0] ?? '');
  }

  refOf(of: string): string {
    return this.refs[of] ?? '';
  }

  /** With a clock by which hardly anything comes in a second, until ranges come. */
  ports(): { readonly clock: Clock; readonly hashing: Hashing } {
    const { clock, hashing } = systemPorts();
    let nowMs = 0;
    return { hashing, clock: { sleep: (ms, signal) => clock.sleep(ms, signal), now: () => (nowMs += this.#answered > 0 ? 0 : 1000) } };
  }

  get target(): string {
    return join(this.directory, 'to');
  }

  /** The large file is in the target, and nothing else. */
  async expectOnlyLarge(): Promise<void> {
    const files = (await readdir(this.target, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile() && !entry.name.startsWith('.filesource-journal'));
    expect(files.map(({ name }) => name)).toEqual(['large.bin']);
    const [{ parentPath, name } = { parentPath: '', name: '' }] = files;
    expect(createHash('sha256').update(await readFile(join(parentPath, name))).digest('hex')).toBe(this.sha256);
  }

  /** Each byte from the first range to the end once, in whatever order they were asked for. */
  expectEachByteOnce(): void {
    const asked = this.ranges.map(boundsOf).sort(([a = 0], [b = 0]) => a - b);
    expect(asked.length).toBeGreaterThan(5);
    for (const [index, [, last = 0]] of asked.slice(0, -1).entries()) expect(last + 1).toBe(asked[index + 1]?.[0]);
    expect(asked.at(-1)?.[1]).toBeGreaterThanOrEqual(size - 1);
  }

  /** Bytes before the first range. */
  get firstAsked(): number {
    return boundsOf(this.ranges[0] ?? '')[0] ?? 0;
  }

  async #send(request: HttpRequest): Promise<HttpResponse> {
    const range = Object.entries(request.headers ?? {}).find(([name]) => name.toLowerCase() === 'range')?.[1];
    if (range !== undefined) {
      this.ranges.push(range);
      this.onRange();
    }
    const [first = 0, last = 0] = range === undefined ? [] : boundsOf(range);
    const isHurt = range !== undefined && this.ranges.length > 3 && (this.hurtsAll || (this.ranges.length <= 6 && last - first < 4 * MiB));
    const response = isHurt ? await this.hurt(request) : await send(request);
    if (this.refusesFile && (range !== undefined || Number(response.headers['content-length']) >= size)) {
      response.body.destroy();
      return emptyAnswer(request, 403);
    }
    if (range !== undefined) {
      this.#answered += 1;
      this.#answeredMs = performance.now();
    }
    if (range !== undefined || Number(response.headers['content-length']) < size) return response;
    const held = new Held(() => this.#answered > 0 && (this.ranges.length > 1 || performance.now() - this.#answeredMs > refusedAfterMs));
    response.body.pipe(held).once('close', () => response.body.destroy());
    return { ...response, body: held };
  }
}

/** The exchange as it is. */
export function send(request: HttpRequest): Promise<HttpResponse> {
  return axios.send(request);
}

function boundsOf(range: string): readonly number[] {
  return /^bytes=(\d+)-(\d*)$/.exec(range)?.slice(1).map(Number) ?? [];
}

class Held extends Transform {
  readonly #mayGoOn: () => boolean;
  #bytes = 0;

  constructor(mayGoOn: () => boolean) {
    super();
    this.#mayGoOn = mayGoOn;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error: null, chunk: Buffer) => void): void {
    this.#bytes += chunk.length;
    const go = (): void => {
      if (this.#bytes < heldAt || this.#mayGoOn()) done(null, chunk);
      else setTimeout(go, 5).unref();
    };
    go();
  }
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

export function cut({ body, ...answer }: HttpResponse, error?: Error): HttpResponse {
  const part = new Cut(error);
  body.pipe(part).once('close', () => body.destroy());
  return { ...answer, body: part };
}

export function emptyAnswer({ url }: HttpRequest, status: number): HttpResponse {
  return { status, headers: { 'content-length': '0' }, url, body: Readable.from([]) };
}

export function without({ headers, ...request }: HttpRequest): HttpRequest {
  return { ...request, headers: Object.fromEntries(Object.entries(headers ?? {}).filter(([name]) => name.toLowerCase() !== 'range')) };
}

export function changed(response: HttpResponse, headers: Record<string, string>): HttpResponse {
  return { ...response, headers: { ...response.headers, ...headers } };
}
