import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createFileSources, type FileSources } from '@filesource/container';
import { FileSourceError, type FileSource } from '@filesource/core';
import { onoffice } from '@filesource/onoffice';
import { startOnOfficeSandbox, type OnOfficeQuirks, type OnOfficeSandbox, type OnOfficeSandboxOptions } from '@filesource/sandbox';

let sandbox: OnOfficeSandbox;
let sources: FileSources;

async function start(quirks: Partial<OnOfficeQuirks> = {}, options: OnOfficeSandboxOptions = {}, settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
  sandbox = await startOnOfficeSandbox({ ...options, quirks });
  const account = { apiUrl: sandbox.apiUrl, token: sandbox.token, secret: sandbox.secret, allowHosts: [new URL(sandbox.fileHost).host], ...settings };
  const config = { sources: { contacts: { provider: 'onoffice-address', ...account }, appointments: { provider: 'onoffice-appointment', ...account } } };
  sources = await createFileSources({ config, adapters: [onoffice] });
}
afterEach(async () => {
  await sources.close();
  await sandbox.close();
});

const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
type Store = OnOfficeSandbox['store']['addresses'];
const storedIds = (store: Store, folder: number): string[] => (store.files(folder) ?? []).map((file) => String(file.id)).sort();

/** Every file is listed, and the first few are opened. */
async function checkAll(source: FileSource, store: Store, folder: number, opened = 40): Promise<void> {
  const ids: string[] = [];
  for await (const entry of source.list(String(folder))) {
    ids.push(entry.id);
    if (ids.length > opened) continue;
    const { body } = await source.open(entry);
    const stored = store.file(folder, Number(entry.id));
    expect(sha(await buffer(body))).toBe(sha(stored?.document.bytes() ?? Buffer.alloc(0)));
  }
  expect(ids.sort()).toEqual(storedIds(store, folder));
}

const variants: readonly (readonly [string, Partial<OnOfficeQuirks>])[] = [
  ['as documented', {}],
  ['ids and sizes as texts, elements as array', { idsAsStrings: true, fileSizeAsString: 'always', elementsAsArray: true, actionStatusKey: 'code' }],
  ['no sizes', { fileSizeMissing: true }],
  ['fileId instead of fileid', { addressFileIdCasing: 'fileId', appointmentFileIdCasing: 'fileid' }],
  ['no fileId for appointments', { appointmentFileIdSupported: false }],
  ['strict parameters', { strictParameters: true }],
  ['cntabsolute of the page', { cntabsolute: 'page' }],
  ['cntabsolute null', { cntabsolute: 'null' }],
  ['cntabsolute zero', { cntabsolute: 'zero' }],
  ['newest first', { listOrder: 'newest-first' }],
  ['shuffled results', { shuffleResults: true }],
  ['a redirect of the API', { apiRedirect: 301 }],
  ['links without length and ranges', { linkWithoutLength: true, linkRanges: false }],
  ['links of one use on the host of the API', { linkOnce: true, linkHost: 'same' }],
  ['links that redirect', { linkRedirect: 'same-host' }],
  ['a body that breaks once', { linkFault: { kind: 'cut', afterBytes: 1000, times: 1 } }],
  ['a body that is shortened once', { linkFault: { kind: 'shorten', afterBytes: 1000, times: 1 } }],
  ['a login page once', { linkLogin: { times: 1 } }],
  ['a link that fails once', { linkStatus: { status: 503, times: 1 } }],
  ['missing content once', { contentFault: { kind: 'missing', times: 1 } }],
  ['shortened content once', { contentFault: { kind: 'shortened', times: 1 } }],
  ['broken content once', { contentFault: { kind: 'not-base64', times: 1 } }],
  ['a result for another action once', { wrongResult: { times: 1 } }],
  ['a missing result once', { dropResult: { times: 1 } }],
  ['no results once', { missingResults: { times: 1 } }],
  ['HTML once', { htmlAnswer: { times: 1 } }],
  ['half a JSON once', { halfJson: { times: 1 } }],
  ['nothing once', { emptyBody: { times: 1 } }],
  ['a dropped connection once', { dropConnection: { times: 1 } }],
  ['HTTP 429 once', { httpStatus: { status: 429, retryAfter: 0, times: 1 } }],
];

describe.each(variants)('against the sandbox: %s', (_name, quirks) => {
  test('the files of both sources come whole', async () => {
    await start(quirks);
    const opened = Object.keys(quirks).length === 0 ? 40 : 6;
    await checkAll(sources.get('contacts'), sandbox.store.addresses, 1237, opened);
    await checkAll(sources.get('appointments'), sandbox.store.appointments, 247, opened);
  });
});

describe('against the sandbox', () => {
  test('a long list is whole, whatever its order does', async () => {
    await start({ listOrder: 'unstable' });
    const ids: string[] = [];
    for await (const entry of sources.get('contacts').list('1240')) ids.push(entry.id);
    expect(ids.sort()).toEqual(storedIds(sandbox.store.addresses, 1240));
  });

  test('hostile names are names', async () => {
    await start();
    await checkAll(sources.get('contacts'), sandbox.store.addresses, 1260);
  });

  test('a record without files is empty and no error', async () => {
    await start();
    await checkAll(sources.get('contacts'), sandbox.store.addresses, 1250);
    await checkAll(sources.get('appointments'), sandbox.store.appointments, 249);
  });

  test('a range of a large file is fetched alone', async () => {
    await start();
    const [file] = sandbox.store.appointments.files(250) ?? [];
    const { body } = await sources.get('appointments').open(`250/${file?.id}`, { range: { offset: 1_000_000, length: 70_000 } });
    expect(sha(await buffer(body))).toBe(sha(file!.document.bytes().subarray(1_000_000, 1_070_000)));
  });

  test('many records take few requests', async () => {
    await start();
    await Promise.all(Array.from({ length: 100 }, (_none, index) => sources.get('contacts').stat(String(1237 + (index % 3)))));
    expect(sandbox.requests.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  test('the link of a record is a page that people can open, in their language', async () => {
    await start();
    const link = await sources.get('contacts').link('1237', { language: 'ENG' });
    expect(link).toMatchObject({ kind: 'page', needsCredentials: false });
    expect(await (await fetch(link.url)).text()).toContain('<html');
    const fileLink = await sources.get('appointments').link(`247/${sandbox.store.appointments.files(247)?.[0]?.id}`);
    expect((await fetch(fileLink.url)).status).toBe(200);
  });

  test.each([
    ['a wrong token', { token: 'f'.repeat(32) }, 'unauthenticated'],
    ['a wrong secret', { secret: 'f'.repeat(64) }, 'unauthenticated'],
  ])('%s is unauthenticated, at both levels', async (_name, settings, kind) => {
    for (const tokenErrorLevel of ['global', 'action'] as const) {
      for (const errorHttpStatus of ['always-200', 'as-code'] as const) {
        await start({ tokenErrorLevel, errorHttpStatus }, {}, settings);
        await expect(sources.get('contacts').stat('1237')).rejects.toMatchObject({ kind, status: 'permanent' });
        await sources.close();
        await sandbox.close();
      }
    }
    await start();
  });

  test('a clock that is off by an hour is unauthenticated', async () => {
    for (const clockMessage of ['too-old', 'timestamp-invalid'] as const) {
      await start({ clockMessage }, { now: () => Date.now() + 3_600_000 });
      const error = await sources.get('contacts').stat('1237').catch((thrown: unknown) => thrown);
      expect(FileSourceError.is(error, 'unauthenticated') && error.advice?.includes('clock')).toBe(true);
      await sources.close();
      await sandbox.close();
    }
    await start();
  });

  test.each([
    ['empty', 'empty'],
    ['with its code', 127],
  ] as const)('an unknown file is not-found where the vendor answers %s', async (_name, unknownFile) => {
    await start({ unknownFile, unknownAddress: unknownFile === 127 ? 292 : 'empty', unknownAppointment: unknownFile === 127 ? 169 : 'empty' });
    for (const [name, ref] of [['contacts', '1237/99999'], ['appointments', '247/99999'], ['contacts', '99999/1'], ['appointments', '99999/1']] as const) {
      await expect(sources.get(name).stat(ref)).rejects.toMatchObject({ kind: 'not-found' });
      await expect(sources.get(name).open(ref)).rejects.toMatchObject({ kind: 'not-found' });
    }
  });

  test.each(['html-200', 403, 404, 410] as const)('a link that is dead for good (%s) is link-expired', async (expiredLinkAnswer) => {
    let now = Date.now();
    await start({ expiredLinkAnswer, linkReuse: false }, { now: () => now }, { maxAttempts: 1 });
    const [file] = sandbox.store.appointments.files(247) ?? [];
    sandbox.quirks.linkInstead = (await sources.get('appointments').link(`247/${file?.id}`)).url;
    now += 3_700_000;
    // Only the links may be old: the clock of the API moves on with this one.
    const realNow = Date.now;
    Date.now = () => now;
    try {
      await expect(sources.get('appointments').open(`247/${file?.id}`)).rejects.toMatchObject({ kind: 'link-expired' });
    } finally {
      Date.now = realNow;
    }
  });

  test('a link to a private address that nobody allowed is refused', async () => {
    await start({ linkInstead: 'http://169.254.169.254/latest/meta-data' }, {}, { maxAttempts: 1 });
    await expect(sources.get('appointments').open(`247/${sandbox.store.appointments.files(247)?.[0]?.id}`)).rejects.toMatchObject({ kind: 'host-refused' });
  });

  test('an archive of a record is a ZIP', async () => {
    await start();
    const operation = await sources.get('contacts').archive(['1237']);
    const archive = await operation.result();
    const bytes = await buffer((await archive.open()).body);
    expect(bytes.subarray(0, 2).toString('latin1')).toBe('PK');
    expect(archive.items).toHaveLength(storedIds(sandbox.store.addresses, 1237).length);
  });
});
