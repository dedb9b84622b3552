import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createFileSources, nodeHashing, systemClock } from '@filesource/container';
import { onlyoffice } from '@filesource/onlyoffice';
import { onoffice } from '@filesource/onoffice';
import { demoApiKeys, startOnlyOfficeSandbox, startOnOfficeSandbox, type OnlyOfficeSandbox, type OnOfficeSandbox } from '@filesource/sandbox';
import { pull } from '@filesource/transfer';

let onOffice: OnOfficeSandbox;
let onlyOffice: OnlyOfficeSandbox;
let directory: string;
beforeAll(async () => {
  [onOffice, onlyOffice] = await Promise.all([startOnOfficeSandbox(), startOnlyOfficeSandbox()]);
  directory = await mkdtemp(join(tmpdir(), 'filesource-many-'));
});
afterAll(async () => {
  await Promise.all([onOffice.close(), onlyOffice.close()]);
  await rm(directory, { recursive: true, force: true });
});

test('a hundred sources of three accounts are pulled at once, each whole, and each account keeps its bound', async () => {
  const account = { apiUrl: onOffice.apiUrl, token: onOffice.token, secret: onOffice.secret, maxConcurrency: 4 };
  const kinds = [
    [{ provider: 'onoffice-address', ...account }, '1237', 25],
    [{ provider: 'onoffice-appointment', ...account, allowHosts: [new URL(onOffice.fileHost).host] }, '247', undefined],
    [{ provider: 'onlyoffice', baseUrl: onlyOffice.baseUrl, apiKey: demoApiKeys[0].key, maxConcurrency: 4 }, '101', undefined],
  ] as const;
  const names = Array.from({ length: 100 }, (_, index) => `source-${index}`);
  const kindOf = (index: number): (typeof kinds)[number] => kinds[index % 3] ?? kinds[0];
  const sources = await createFileSources({ config: { sources: Object.fromEntries(names.map((name, index) => [name, kindOf(index)[0]])) }, adapters: [onoffice, onlyoffice] });
  let mostOpen = 0;
  const watch = setInterval(() => (mostOpen = Math.max(mostOpen, onOffice.openConnections)), 5);
  try {
    const receipts = await Promise.all(names.map((name, index) => pull({ sources, refs: [`${name}:${kindOf(index)[1]}`], directory: join(directory, name), by: 'files', clock: systemClock, hashing: nodeHashing })));
    expect(receipts.every(({ complete }) => complete)).toBe(true);
    const counts = [0, 1, 2].map((kind) => new Set(receipts.filter((_, index) => index % 3 === kind).map(({ totals }) => totals.ok)));
    expect(counts.map(({ size }) => size)).toEqual([1, 1, 1]);
    expect([...(counts[0] ?? [])]).toEqual([25]);
    expect(await readdir(directory)).toHaveLength(100);
    // Calls of an account wait for one another, and so do the small files that it sends: 100 sources do not have 100 times the connections.
    expect(mostOpen).toBeLessThanOrEqual(60);
  } finally {
    clearInterval(watch);
    await sources.close();
  }
});
