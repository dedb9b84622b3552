import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createFileSources, systemPorts, type FileSources } from '@filesource/container';
import type { FileSource } from '@filesource/core';
import { onlyoffice } from '@filesource/onlyoffice';
import { demoIds, demoUsers, startOnlyOfficeSandbox, type OnlyOfficeSandbox, type OnlyOfficeSandboxOptions } from '@filesource/sandbox';
import { fetchArchive, type Receipt } from '@filesource/transfer';

const { clock, hashing } = systemPorts();
const { lease, history } = demoIds.files;
const contracts = String(demoIds.contracts);

let sandbox: OnlyOfficeSandbox;
let sources: FileSources;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'filesource-endings-'));
});
afterEach(async () => {
  await sources.close();
  await sandbox.close();
  await rm(directory, { recursive: true, force: true });
});

async function start(options: OnlyOfficeSandboxOptions): Promise<FileSource> {
  sandbox = await startOnlyOfficeSandbox({ operationDurationMs: 60, ...options });
  const [{ userName, password }] = demoUsers;
  sources = await createFileSources({ config: { sources: { documents: { provider: 'onlyoffice', baseUrl: sandbox.baseUrl, userName, password } } }, adapters: [onlyoffice] });
  return sources.get('documents');
}

const fetched = (source: FileSource, refs: readonly string[], to = join(directory, 'out')): Promise<Receipt> => fetchArchive({ source, refs, to: { directory: to }, clock, hashing });
const started = (): number => sandbox.requests.filter(({ url }) => url.includes('/bulkdownload')).length;

describe('archives that the vendor ends in its own ways, through to the receipt', () => {
  test('the members of a tar.gz come empty: each file that should have bytes is named', async () => {
    const source = await start({ tarGz: true, quirks: { emptyTarMembers: true } });
    const receipt = await fetched(source, [contracts]);
    expect(receipt).toMatchObject({ complete: false, format: 'tar.gz' });
    expect(receipt.files.length).toBeGreaterThan(1);
    for await (const entry of source.list(contracts)) {
      if (entry.kind === 'folder') continue;
      const row = receipt.files.find(({ ref }) => ref === entry.ref);
      if (entry.size === 0) expect(row).toMatchObject({ status: 'ok', size: 0 });
      else expect(row).toMatchObject({ name: entry.name, status: 'failed', error: { kind: 'truncated', message: `the archive holds 0 bytes of it, the vendor lists ${entry.size}` } });
    }
  });

  test.each(['docspace', 'workspace'] as const)('an entry that %s cut without an error is named, and the others are proven', async (generation) => {
    const source = await start({ generation, quirks: { truncatedEntries: [history] } });
    const receipt = await fetched(source, [contracts]);
    const [bad, ...more] = receipt.files.filter(({ status }) => status !== 'ok');
    expect(more).toEqual([]);
    expect(bad).toMatchObject({ ref: expect.stringMatching(new RegExp(`/${history}$`)), status: 'failed', error: { kind: 'truncated' } });
    expect([receipt.complete, receipt.warning, receipt.totals.ok]).toEqual([false, undefined, receipt.files.length - 1]);
  });

  test('a single file that failed, with a link to an empty file, is no file of no bytes', async () => {
    const source = await start({ quirks: { failingEntries: { [lease]: 'Das Dokument ist beschädigt' } } });
    await expect(fetched(source, [`${contracts}/${lease}`])).rejects.toMatchObject({ kind: 'truncated', message: expect.stringContaining('a file of 0 bytes') });
    expect(await readdir(join(directory, 'out')).catch(() => [])).toEqual([]);
    const archive = await (await source.archive([`${contracts}/${lease}`])).result();
    expect(archive.warning).toBe('Das Dokument ist beschädigt');
  });

  test('a job that was cancelled and shows up once more, with status 3, disturbs nothing', async () => {
    const source = await start({ operationDurationMs: 60_000, quirks: { canceledReappears: true } });
    const first = await source.archive([contracts], { needsToken: true });
    const token = first.token ?? '';
    await first.cancel();
    await expect(first.result()).rejects.toMatchObject({ kind: 'aborted' });
    // Whoever attaches from elsewhere sees what became of it, and waits for nothing.
    const [{ userName, password }] = demoUsers;
    const others = await createFileSources({ config: { sources: { documents: { provider: 'onlyoffice', baseUrl: sandbox.baseUrl, userName, password } } }, adapters: [onlyoffice] });
    const looked = await others.get('documents').attach(token).then((operation) => operation.result()).catch((error: unknown) => error);
    expect(looked).toMatchObject({ kind: 'conflict', message: expect.stringContaining('cancelled') });
    await others.close();
  });

  test('a cancelled job that shows up in the answer to the next start is not taken for it', async () => {
    const source = await start({ quirks: { canceledReappears: true } });
    sandbox.operations.hold();
    const first = await source.archive([contracts]);
    await first.cancel();
    sandbox.operations.release();
    expect(await fetched(source, [contracts])).toMatchObject({ complete: true });
    expect(started()).toBe(2);
  });

  test('entries of the portal and of an account in one download are refused before anything is started', async () => {
    const source = await start({});
    const mixed = [`${demoIds.thirdPartySub}/${demoIds.files.thirdParty}`, `${contracts}/${lease}`];
    await expect(fetched(source, mixed)).rejects.toMatchObject({ kind: 'unsupported' });
    await expect(fetched(source, [contracts, 'sbox-1-|Angebote'])).rejects.toMatchObject({ kind: 'unsupported' });
    expect(started()).toBe(0);
  });
});
