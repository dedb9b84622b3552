import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createFileSources, systemPorts, type FileSources } from '@filesource/container';
import { createAxiosTransport } from '@filesource/http';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { demoApiKeys, demoIds, smallFiles, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnOfficeSandbox } from '@filesource/sandbox';
import { explainPull, pull, type PullEstimate, type PullOptions, type Receipt } from '@filesource/transfer';
import { createIdleClock, type IdleClock } from './idle-clock.ts';

const latencyMs = 120;
const files = 240;
/** The sandbox packs as fast as is assumed of a vendor: 1 s, and 10 ms for each file. */
const operationDurationMs = 1000 + files * 10;

let clock: IdleClock;
let onOffice: OnOfficeSandbox;
let onlyOffice: OnlyOfficeSandbox;
let sources: FileSources;
let directory: string;
let many: string;
let few: string;
let close: () => Promise<void>;

beforeAll(async () => {
  clock = createIdleClock();
  const axios = createAxiosTransport();
  onOffice = await startOnOfficeSandbox({ now: clock.now });
  onlyOffice = await startOnlyOfficeSandbox({ now: clock.now, operationDurationMs });
  directory = await mkdtemp(join(tmpdir(), 'filesource-estimate-'));
  const folderOf = (count: number): string => {
    const { id } = onlyOffice.store.addFolder(demoIds.my, { title: `${count} files` });
    for (let index = 0; index < count; index += 1) onlyOffice.store.addFile(id, { title: `Exposé ${count}-${index}.txt`, content: Buffer.from(`Nr. ${index} `.repeat(20 + index)) });
    return `documents:${id}`;
  };
  many = folderOf(files);
  few = folderOf(12);
  for (const document of smallFiles(files, { size: 400 })) onOffice.store.appointments.addFile(260, document);
  for (const document of smallFiles(200, { size: 100 * 1024 })) onOffice.store.addresses.addFile(1241, document);
  const account = { apiUrl: onOffice.apiUrl, token: onOffice.token, secret: onOffice.secret };
  sources = await createFileSources({
    config: {
      sources: {
        contacts: { provider: 'onoffice-address', ...account },
        appointments: { provider: 'onoffice-appointment', ...account },
        documents: { provider: 'onlyoffice', baseUrl: onlyOffice.baseUrl, apiKey: demoApiKeys[0].key },
      },
    },
    adapters: [onoffice, onlyoffice],
    transport: clock.slow(axios, latencyMs),
    ports: { clock },
  });
  close = async () => {
    clock.stop();
    await sources.close();
    axios.close();
    await Promise.all([onOffice.close(), onlyOffice.close()]);
    await rm(directory, { recursive: true, force: true });
  };
});

afterAll(() => close());

interface Happened {
  readonly estimate: PullEstimate;
  readonly receipt: Receipt;
  /** Requests without those of the listing, as the vendors counted them. */
  readonly calls: number;
  readonly timeMs: number;
}

let runs = 0;

/** Asks for an estimate, pulls, and counts. */
async function happen(options: Pick<PullOptions, 'refs' | 'by' | 'concurrency'>): Promise<Happened> {
  const made = (): number => onOffice.requests.length + onlyOffice.requests.length;
  const given = { sources, directory: join(directory, String((runs += 1))), clock, hashing: systemPorts().hashing, ...options };
  const before = made();
  const startMs = clock.now();
  const { estimate } = await explainPull(given);
  const listing = made() - before;
  const listingMs = clock.now() - startMs;
  const pulledMs = clock.now();
  const receipt = await pull(given);
  return { estimate, receipt, calls: made() - before - 2 * listing, timeMs: clock.now() - pulledMs - listingMs };
}

/** Both within a factor of two thirds: a file more or less at once, a look at an operation earlier or later. */
function expectTime({ estimate, timeMs }: Happened): void {
  expect(timeMs / estimate.timeMs).toBeGreaterThan(2 / 3);
  expect(timeMs / estimate.timeMs).toBeLessThan(3 / 2);
}

function expectBytes({ estimate, receipt }: Happened): void {
  expect(receipt.complete).toBe(true);
  expect(estimate.files).toBe(receipt.totals.ok);
  expect(estimate.bytes).toBe(receipt.totals.bytes);
}

describe('an estimate, held against what then happens at a vendor 120 ms away,', () => {
  it('tells every call of single downloads, their bytes and their time', async () => {
    const happened = await happen({ refs: [many], by: 'files' });
    expect(happened.estimate.groups).toMatchObject([{ by: 'files', files, instead: { by: 'archive' } }]);
    expect(happened.calls).toBe(happened.estimate.calls);
    expect(happened.calls).toBe(files);
    expectBytes(happened);
    expectTime(happened);
  });

  it('tells the calls of an archive up to two looks at its progress, the bytes and the time', async () => {
    const happened = await happen({ refs: [many], by: 'archive' });
    expect(happened.estimate.groups).toMatchObject([{ by: 'archive', files, calls: { open: 0, start: 1, download: 1 } }]);
    expect(Math.abs(happened.calls - happened.estimate.calls)).toBeLessThanOrEqual(2);
    expectBytes(happened);
    expectTime(happened);
  });

  it('chooses as the pull does: one archive for many files of several folders, and none for a few', async () => {
    const happened = await happen({ refs: [many, few] });
    expect(happened.estimate.groups.map(({ by }) => by)).toEqual(['archive']);
    expect(onlyOffice.requests.some(({ url }) => url.includes('bulkdownload'))).toBe(true);
    expect(happened.calls).toBeLessThan(20);
    const single = await happen({ refs: [few] });
    expect(single.estimate.groups).toMatchObject([{ by: 'files', files: 12 }]);
    expect(single.calls).toBe(single.estimate.calls);
    expectBytes(single);
  });

  it('tells the calls of files that share requests within a quarter, their bytes and their time', async () => {
    const happened = await happen({ refs: ['contacts:1240'] });
    expect(happened.estimate.groups).toMatchObject([{ by: 'files', files: 260, why: 'the vendor makes no archives' }]);
    expect(happened.estimate.calls).toBe(6);
    expect(happened.calls).toBeGreaterThanOrEqual(6);
    expect(happened.calls).toBeLessThanOrEqual(6 * 1.25);
    expectBytes(happened);
    expectTime(happened);
  });

  it('tells the calls of files that are spread over requests within a quarter', async () => {
    const happened = await happen({ refs: ['contacts:1241'] });
    expect(happened.estimate.calls).toBe(8);
    expect(happened.calls).toBeGreaterThanOrEqual(6);
    expect(happened.calls).toBeLessThanOrEqual(10);
    expectBytes(happened);
  });

  it('tells the calls of files whose links came with the listing up to a twentieth, their bytes and their time', async () => {
    const happened = await happen({ refs: ['appointments:260'] });
    expect(happened.estimate.calls).toBe(files);
    expect(happened.calls).toBeGreaterThanOrEqual(files);
    expect(happened.calls).toBeLessThanOrEqual(files * 1.05);
    expectBytes(happened);
    expectTime(happened);
  });

  it.each([
    ['files whose links came with the listing', 2, 'appointments:260'],
    ['files whose links came with the listing', 40, 'appointments:260'],
    ['single files of a portal', 2, undefined],
    ['single files of a portal', 30, undefined],
  ])('tells the time of %s where %i are fetched at once', async (_what, concurrency, ref = many) => {
    const happened = await happen({ refs: [ref], by: 'files', concurrency });
    const turns = happened.timeMs / latencyMs;
    expect(turns).toBeGreaterThan(((2 / 3) * files) / concurrency);
    expect(turns).toBeLessThan(((3 / 2) * files) / concurrency);
    expectBytes(happened);
    expectTime(happened);
  });

  it('has one request for each file where only one is fetched at a time', async () => {
    const happened = await happen({ refs: ['contacts:1240'], concurrency: 1 });
    expect(happened.estimate.calls).toBe(260);
    expect(happened.calls).toBe(260);
    expectBytes(happened);
    expectTime(happened);
  });

  it('adds up several vendors', async () => {
    const happened = await happen({ refs: [many, 'contacts:1240', 'appointments:260'], by: 'files' });
    expect(happened.calls).toBeGreaterThanOrEqual(happened.estimate.calls);
    expect(happened.calls).toBeLessThanOrEqual(happened.estimate.calls * 1.1);
    expectBytes(happened);
    expectTime(happened);
  });
});
