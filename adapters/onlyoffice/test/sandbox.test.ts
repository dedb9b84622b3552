import { afterEach, describe, expect, test } from '@jest/globals';
import { demoApiKeys, demoIds, demoUsers, startOnlyOfficeSandbox, type OnlyOfficeSandbox, type OnlyOfficeSandboxOptions } from '@filesource/sandbox';
import { realClock } from '@filesource/testkit';
import { archiveOf, errorOf, makeSource, readAll, type MadeSource } from './make-source.ts';

let sandbox: OnlyOfficeSandbox | undefined;
afterEach(async () => {
  await sandbox?.close();
});

async function start(options: OnlyOfficeSandboxOptions, config: Readonly<Record<string, unknown>> = {}): Promise<MadeSource & { readonly sandbox: OnlyOfficeSandbox }> {
  sandbox = await startOnlyOfficeSandbox({ operationDurationMs: 60, ...options });
  const { userName, password } = demoUsers[0];
  return { ...makeSource({ baseUrl: sandbox.baseUrl, ...('apiKey' in config ? {} : { userName, password }), ...config }), sandbox };
}

const lease = `${demoIds.contracts}/${demoIds.files.lease}`;

describe.each(['docspace', 'workspace'] as const)('a whole run on %s', (generation) => {
  test('lists, inspects, reads and links', async () => {
    const { source } = await start({ generation });
    const receipts = [];
    for await (const entry of source.list(String(demoIds.receipts))) receipts.push(entry);
    expect(new Set(receipts.map(({ id }) => id)).size).toBe(263);
    for await (const entry of source.list(String(demoIds.contracts))) expect(await source.stat(entry)).toEqual(entry);
    const entry = await source.stat(lease);
    const content = await source.open(lease);
    const bytes = await readAll(content.body);
    expect(entry).toMatchObject({ kind: 'file', size: bytes.length });
    const part = await source.open(lease, { range: { offset: 10, length: 20 } });
    expect(await readAll(part.body)).toEqual(bytes.subarray(10, 30));
    const end = await source.open(lease, { range: { offset: bytes.length - 5 } });
    expect(await readAll(end.body)).toEqual(bytes.subarray(-5));
    const nothing = await source.open(lease, { range: { offset: bytes.length } });
    expect(await readAll(nothing.body)).toHaveLength(0);
    expect(await errorOf(source.open(lease, { range: { offset: bytes.length + 1 } }))).toMatchObject({ kind: 'range-not-satisfiable' });
    expect(await source.link(lease)).toMatchObject({ kind: 'file', expires: null, needsCredentials: true, url: expect.stringMatching(/filehandler\.ashx/) });
    await source.close();
  });

  test('reads an empty file', async () => {
    const { source } = await start({ generation });
    for await (const entry of source.list('@my')) {
      if (entry.id !== String(demoIds.files.emptyFile) || entry.kind !== 'file') continue;
      expect(entry.size).toBe(0);
      expect(await readAll((await source.open(entry)).body)).toHaveLength(0);
      expect(await source.stat(entry)).toEqual(entry);
    }
    expect.assertions(3);
  });

  test('makes an archive of folders and files', async () => {
    const { source } = await start({ generation });
    const archive = await archiveOf(source, String(demoIds.contracts), `@my/${demoIds.files.note}`);
    expect(archive.items.map(({ path }) => path).sort()).toEqual([
      'Notiz.txt',
      'Verträge/Miete & Pacht/Mietvertrag Königsallee.docx',
      'Verträge/Miete & Pacht/Straße 12/Obergeschoß/Übergabe.txt',
      'Verträge/Mietvertrag Königsallee.docx',
      'Verträge/Vertraulich.docx',
      'Verträge/Wartungsvertrag.txt',
    ]);
    const content = await archive.open();
    expect(content).toMatchObject({ format: 'zip', name: expect.stringMatching(/^sandbox-download-.*\.zip$/) });
    const bytes = await readAll(content.body);
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    expect(bytes).toHaveLength(content.size!);
    const part = await archive.open({ range: { offset: 4, length: 6 } });
    expect(await readAll(part.body)).toEqual(bytes.subarray(4, 10));
    expect(await errorOf(archive.open({ range: { offset: bytes.length + 10 } }))).toMatchObject({ kind: 'range-not-satisfiable' });
  });

  test('strips the name of one folder alone, and names the archive after it', async () => {
    const { source } = await start({ generation });
    const archive = await archiveOf(source, String(demoIds.contracts));
    expect(archive).toMatchObject({ name: 'Verträge.zip', warning: null });
    expect(archive.items.map(({ path }) => path)).toContain('Miete & Pacht/Straße 12/Obergeschoß/Übergabe.txt');
    const content = await archive.open();
    content.body.destroy();
    expect(content.name).toBe('Verträge.zip');
  });

  test('one file alone comes as the generation has it', async () => {
    const { source } = await start({ generation });
    const archive = await archiveOf(source, lease);
    const content = await archive.open();
    await readAll(content.body);
    expect(content.format).toBe(generation === 'docspace' ? 'single' : 'zip');
  });

  test('names the ids that cannot be read, and delivers the rest', async () => {
    const { source } = await start({ generation });
    const archive = await archiveOf(source, String(demoIds.contracts), '7/999999', `${demoIds.privateFolder}/${demoIds.files.privateFile}`, String(demoIds.privateFolder));
    const failed = archive.items.filter((item) => item.error !== undefined).map(({ ref, error }) => [ref.file ?? ref.folder, error!.kind]);
    expect(failed).toEqual([
      ['999999', 'not-found'],
      [String(demoIds.files.privateFile), 'permission-denied'],
      [String(demoIds.privateFolder), 'permission-denied'],
    ]);
    expect(archive.items.filter((item) => item.error === undefined)).toHaveLength(5);
  });

  test('nothing but what is missing is an error', async () => {
    const { source } = await start({ generation });
    expect(await errorOf(archiveOf(source, '7/999999'))).toMatchObject({ kind: 'not-found' });
  });

  test('a section is archived as the folder that it is', async () => {
    const { source } = await start({ generation });
    const archive = await archiveOf(source, '@my');
    expect(archive.items.length).toBeGreaterThan(263);
    await readAll((await archive.open()).body);
  });

  test('an archive can be cancelled', async () => {
    const { source, sandbox } = await start({ generation, operationDurationMs: 60_000 });
    const operation = await source.archive([String(demoIds.contracts)]);
    const result = errorOf(operation.result());
    await operation.cancel();
    expect(await result).toMatchObject({ kind: 'aborted' });
    expect(sandbox.requests.some(({ url }) => url.includes('/terminate'))).toBe(true);
    const again = await source.archive([String(demoIds.contracts)]);
    await again.cancel();
  });

  test('a second download waits for the first, or fails at once as configured', async () => {
    const { source, sandbox, ports } = await start({ generation });
    sandbox.operations.hold();
    const { userName, password } = demoUsers[0];
    const { source: impatient } = makeSource({ baseUrl: sandbox.baseUrl, userName, password, whenBusy: 'fail', maxAttempts: 4 });
    const first = await source.archive([String(demoIds.contracts)]);
    const error = await errorOf(impatient.archive([String(demoIds.leases)]));
    expect(error).toMatchObject({ kind: 'rate-limited', status: 'persistent' });
    const second = source.archive([String(demoIds.leases)]);
    const results = Promise.all([first.result(), second.then((operation) => operation.result())]);
    while (!ports.logged.some(({ event }) => event === 'onlyoffice.busy')) await realClock.sleep(5);
    sandbox.operations.release();
    const [one, two] = await results;
    expect([one.name, two.name]).toEqual(['Verträge.zip', 'Miete & Pacht.zip']);
  });

  test('follows a redirect to a store without the credentials', async () => {
    sandbox = await startOnlyOfficeSandbox({ generation, operationDurationMs: 60, storage: 'presigned' });
    const { userName, password } = demoUsers[0];
    const { source } = makeSource({ baseUrl: sandbox.baseUrl, userName, password, allowHosts: [new URL(sandbox.storageUrl!).host] });
    const bytes = await readAll((await source.open(lease)).body);
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    const archive = await archiveOf(source, String(demoIds.contracts));
    expect((await readAll((await archive.open()).body)).subarray(0, 2).toString()).toBe('PK');
  });

  test('survives tokens that die in the middle of an operation', async () => {
    const { source, sandbox } = await start({ generation, operationDurationMs: 100 });
    const operation = await source.archive([String(demoIds.contracts)]);
    sandbox.quirks.expireTokensNow();
    const archive = await operation.result();
    sandbox.quirks.expireTokensNow();
    await readAll((await archive.open()).body);
  });

  test('a wrong token is unauthenticated wherever it is used', async () => {
    const { sandbox } = await start({ generation });
    const { source } = makeSource({ baseUrl: sandbox.baseUrl, token: 'wrong-token-wrong' });
    const list = async (): Promise<void> => {
      for await (const entry of source.list('@my')) throw new Error(entry.id);
    };
    for (const call of [list, () => source.stat(lease), () => source.stat('101'), () => source.stat('@my'), () => source.open(lease), () => source.link(lease), () => source.archive([lease]), () => source.archive(['101'])]) {
      expect(await errorOf(call())).toMatchObject({ kind: 'unauthenticated' });
    }
  });

  test('converts on the way', async () => {
    const { source } = await start({ generation });
    const operation = await source.archive([lease, `@my/${demoIds.files.note}`], { convert: { [demoIds.files.lease]: 'pdf' } });
    const archive = await operation.result();
    expect(archive.items.map(({ path, size }) => [path, size === null])).toEqual([
      ['Mietvertrag Königsallee.pdf', true],
      ['Notiz.txt', false],
    ]);
    expect((await readAll((await archive.open()).body)).includes('Mietvertrag Königsallee.pdf')).toBe(true);
  });

  test('an archive with holes tells what the vendor complained about', async () => {
    const { source } = await start({ generation, quirks: { failingEntries: { [demoIds.files.history]: 'Das Dokument ist beschädigt' } } });
    expect((await archiveOf(source, String(demoIds.contracts))).warning).toContain('beschädigt');
  });

  test.each([
    ['consumed elsewhere', { consumeElsewhere: true }, 'conflict'],
    ['rights lost', { permissionLost: true }, 'permission-denied'],
  ])('%s is an error of its kind', async (_name, quirks, kind) => {
    const { source } = await start({ generation, quirks });
    expect(await errorOf(archiveOf(source, String(demoIds.contracts)))).toMatchObject({ kind });
  });

  test('other operations of the user do no harm', async () => {
    const { source } = await start({ generation, quirks: { otherOperation: true } });
    expect((await archiveOf(source, String(demoIds.contracts))).name).toBe('Verträge.zip');
  });

  test('a file of a connected account is read by its id', async () => {
    const { source } = await start({ generation });
    const ref = { folder: demoIds.thirdPartySub, file: demoIds.files.thirdParty };
    expect(await source.stat(ref)).toMatchObject({ name: 'Angebot Dach.pdf' });
    expect((await readAll((await source.open(ref)).body)).subarray(0, 4).toString()).toBe('%PDF');
    await archiveOf(source, 'sbox-1-|Angebote');
    expect(await errorOf(source.archive([ref, lease]))).toMatchObject({ kind: 'unsupported' });
  });
});

describe('docspace alone', () => {
  test.each([
    ['an end without finished', { neverFinished: true }, {}],
    ['status 4 without a word', { failWithoutError: true }, { kind: 'vendor-failure' }],
  ])('%s', async (_name, quirks, expected) => {
    const { source } = await start({ quirks });
    expect(await errorOf(archiveOf(source, String(demoIds.contracts)))).toMatchObject(expected);
  });

  test('version 3.6, which checks nothing before', async () => {
    const { source } = await start({ version: '3.6' });
    expect(await errorOf(archiveOf(source, '7/999999'))).toMatchObject({ kind: 'not-found' });
    expect((await archiveOf(source, String(demoIds.contracts))).name).toBe('Verträge.zip');
  });

  test('tar.gz is told as such', async () => {
    const { source } = await start({ tarGz: true });
    const content = await (await archiveOf(source, String(demoIds.contracts))).open();
    content.body.destroy();
    expect(content).toMatchObject({ format: 'tar.gz', name: 'Verträge.tar.gz' });
  });

  test('an API key works, and one without the scope is told apart from a wrong one', async () => {
    const { source, sandbox } = await start({}, { apiKey: demoApiKeys[0].key });
    expect((await source.stat(lease)).id).toBe('101');
    const { source: reader } = makeSource({ baseUrl: sandbox.baseUrl, apiKey: demoApiKeys[1].key });
    expect((await reader.stat(lease)).id).toBe('101');
    expect(await errorOf(reader.archive([lease]))).toMatchObject({ kind: 'permission-denied', advice: expect.stringContaining('scope') });
    const { source: stranger } = makeSource({ baseUrl: sandbox.baseUrl, apiKey: `sk-${'00'.repeat(32)}` });
    expect(await errorOf(stranger.stat(lease))).toMatchObject({ kind: 'unauthenticated' });
  });
});
