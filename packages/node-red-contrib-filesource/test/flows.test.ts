import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parseReceipt } from '@filesource/transfer';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesBelow, hashOf, sha256Of } from './support/files.ts';
import { flowAround } from './support/flow.ts';
import type { FlowNode } from './support/runtime.ts';
import { startWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(() => world.forget());

const example = async (name: string): Promise<readonly FlowNode[]> => JSON.parse(await readFile(new URL(`../examples/${name}.json`, import.meta.url), 'utf8')) as FlowNode[];

/** As if its button was pressed in the editor. */
async function press(inject: string): Promise<void> {
  const response = await fetch(`${world.red.url}/inject/${inject}`, { method: 'POST' });
  expect(response.status).toBe(200);
}

interface Got {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly ref: string;
  readonly name: string;
}
interface ReceiptPayload {
  readonly complete: boolean;
  readonly directory: string;
  readonly file?: string;
  readonly receiptFile: string;
  readonly totals: { readonly files: number; readonly ok: number };
  readonly files: readonly { readonly ref: string; readonly path: string; readonly sha256: string }[];
}

describe('the examples', () => {
  it('are what the documentation shows', async () => {
    const page = await readFile(new URL('../../../docs/node-red.md', import.meta.url), 'utf8');
    const shown = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map((match) => match[1]);
    expect(shown).toEqual([await readFile(new URL('../examples/list-and-get.json', import.meta.url), 'utf8')]);
  });

  it('list a folder and get every file of it with the vendor\'s bytes; messages hold paths and no bytes', async () => {
    await world.red.deploy(await example('list-and-get'));
    await press('fs-example-start');
    const messages = await world.red.several('fs-example-done', 25);
    const stored = world.onOffice.store.addresses.files(1237) ?? [];
    expect(messages).toHaveLength(25);
    for (const { payload } of messages) {
      const { path, size, sha256, ref, name } = payload as Got;
      const document = stored.find(({ id }) => ref === `contacts:1237/${id}`)?.document;
      expect(path.startsWith(join(world.red.userDir, 'files/contacts/1237/'))).toBe(true);
      expect({ name, size, sha256, onDisk: await sha256Of(path) }).toEqual({ name: document?.name, size: document?.bytes().length, sha256: hashOf(document?.bytes() ?? Buffer.of()), onDisk: sha256 });
    }
    expect(Math.max(...messages.map((msg) => JSON.stringify(msg).length))).toBeLessThan(2000);
  });

  it('pull folders, with a receipt', async () => {
    await world.red.deploy(await example('pull-folders'));
    await press('fs-pull-start');
    const { payload } = await world.red.next('fs-pull-done');
    const receipt = payload as ReceiptPayload;
    expect(receipt).toMatchObject({ complete: true, totals: { files: 25, ok: 25 }, directory: join(world.red.userDir, 'pulled'), receiptFile: join(world.red.userDir, 'pulled.receipt.json') });
    for (const { path, sha256 } of receipt.files) expect(await sha256Of(join(receipt.directory, path))).toBe(sha256);
    expect(parseReceipt(await readFile(receipt.receiptFile, 'utf8'))).toMatchObject({ complete: true, totals: { files: 25 } });
    expect(world.red.statuses.at(-1)).toMatchObject({ node: 'fs-pull-pull', fill: 'green', text: expect.stringMatching(/^25 files, /) });
  });

  it('start an archive, and fetch it by its token', async () => {
    await world.red.deploy(await example('archive-detached'));
    await press('fs-archive-begin');
    const started = await world.red.next('fs-archive-attach');
    const { payload } = await world.red.next('fs-archive-done');
    const receipt = payload as ReceiptPayload;
    expect(started['token']).toMatch(/^fsop/);
    expect(receipt.complete).toBe(true);
    for (const { path, sha256 } of receipt.files) expect(await sha256Of(join(receipt.directory, path))).toBe(sha256);
  });
});

describe('a list node', () => {
  it('gives one array up to the limit, and a cursor to go on', async () => {
    await world.red.deploy(flowAround({ type: 'filesource-list', limit: '100' }, world.contacts()));
    const refs: string[] = [];
    let msg: object = { payload: '1240' };
    for (let round = 1; round <= 3; round += 1) {
      world.red.send('worker', msg);
      const latest = (await world.red.several('end', round)).at(-1) ?? {};
      refs.push(...(latest['payload'] as { ref: string }[]).map(({ ref }) => ref));
      expect(latest['cursor'] !== undefined).toBe(round < 3);
      msg = { ...latest };
    }
    expect(new Set(refs).size).toBe(260);
    expect(refs[0]).toMatch(/^files:1240\//);
  });

  it('gives pages one by one with parts that a Join node puts together', async () => {
    const flow = flowAround({ type: 'filesource-list', output: 'pages', limit: '' }, world.contacts()).map((node) => (node.id === 'worker' ? { ...node, wires: [['join']] } : node));
    await world.red.deploy([...flow, { id: 'join', type: 'join', z: 'tab', mode: 'auto', x: 1, y: 1, wires: [['end']] }]);
    world.red.send('worker', { folder: 'files:1240' });
    const { payload } = await world.red.next('end');
    expect(payload).toHaveLength(260);
  });

  it('gives an empty folder as an empty array, and takes the folder from where it is told to look', async () => {
    await world.red.deploy(flowAround({ type: 'filesource-list', folder: 'wanted.id', folderType: 'msg' }, world.contacts()));
    world.red.send('worker', { wanted: { id: 1250 }, payload: '1237' });
    expect(await world.red.next('end')).toMatchObject({ payload: [], folder: 'files:1250' });
  });
});

describe('a get node', () => {
  it('gives a link in place of a file', async () => {
    await world.red.deploy(flowAround({ type: 'filesource-get', mode: 'link' }, world.documents()));
    const ref = `files:101/${world.onlyOffice.store.filesIn(101)[0]?.id}`;
    world.red.send('worker', { ref });
    const { payload } = await world.red.next('end');
    const link = payload as { url: string; kind: string };
    expect(link).toMatchObject({ ref, kind: expect.any(String), needsCredentials: expect.any(Boolean) });
    expect(link.url.startsWith(world.onlyOffice.baseUrl)).toBe(true);
  });

  it.each(['../outside.txt', 'a/../../outside.txt', '..'])('writes nowhere but below its directory: not to %s', async (filename) => {
    await world.red.deploy(flowAround({ type: 'filesource-get', directory: 'held', filename: 'filename', filenameType: 'msg' }, world.contacts()));
    world.red.send('worker', { ref: '1237/1757', filename });
    expect(await world.red.next('caught')).toMatchObject({ error: { code: 'target-failed' } });
    expect((await filesBelow(world.red.userDir)).filter((file) => file.includes('outside'))).toEqual([]);
  });

  it('tells a file that is gone, and what a message lacks, to Catch nodes', async () => {
    await world.red.deploy(flowAround({ type: 'filesource-get', directory: 'files' }, world.contacts()));
    world.red.send('worker', { ref: '1237/99999999' });
    world.red.send('worker', { payload: {} });
    const codes = (await world.red.several('caught', 2)).map((msg) => (msg['error'] as { code: string }).code);
    expect(codes.sort()).toEqual(['invalid-argument', 'not-found']);
  });
});

describe('an archive node', () => {
  it('shows the vendor\'s progress as its status, and ends with proven files', async () => {
    await world.red.deploy(flowAround({ type: 'filesource-archive', target: 'directory', path: 'archived' }, world.documents()));
    world.onlyOffice.operations.hold();
    world.red.send('worker', { refs: ['101', '102'] });
    await world.red.untilStatus('worker', ({ text }) => /^packing [1-9]\d* %$/.test(text));
    world.onlyOffice.operations.release();
    const { payload } = await world.red.next('end');
    const receipt = payload as ReceiptPayload;
    const texts = world.red.statuses.filter(({ node, text }) => node === 'worker' && text !== '').map(({ text }) => text);
    expect(texts[0]).toBe('running');
    expect(texts.filter((text) => /^packing \d+ %$/.test(text)).length).toBeGreaterThan(1);
    expect(world.red.statuses.at(-1)).toMatchObject({ fill: 'green' });
    expect(receipt.files.length).toBeGreaterThan(1);
    for (const { path, sha256 } of receipt.files) expect(await sha256Of(join(receipt.directory, path))).toBe(sha256);
  });

  it('keeps an archive as one file, of a vendor that makes none too', async () => {
    await world.red.deploy(flowAround({ type: 'filesource-archive', target: 'file', path: 'kept/all.zip' }, world.contacts()));
    world.red.send('worker', { payload: '1237' });
    const { payload } = await world.red.next('end');
    expect(payload).toMatchObject({ complete: true, file: join(world.red.userDir, 'kept/all.zip'), format: 'zip', totals: { files: 25, ok: 25 } });
    expect((await filesBelow(join(world.red.userDir, 'kept'))).map((file) => file.slice(world.red.userDir.length)).sort()).toEqual(['/kept/all.zip', '/kept/all.zip.receipt.json']);
  });
});

describe('the provider of a config node', () => {
  it('is swapped without a change to the flow', async () => {
    const pull = { type: 'filesource-pull', directory: 'swapped', directoryType: 'str' };
    const names: (readonly string[])[] = [];
    for (const [provider, folder] of [['onoffice-address', '1237'], ['onlyoffice', '@my']] as const) {
      world.red.seen.length = 0;
      await world.red.deploy(flowAround(pull, world.contacts({ provider })));
      world.red.send('worker', { refs: [`files:${folder}`] });
      const { payload } = await world.red.next('end');
      expect(payload).toMatchObject({ complete: true });
      names.push((payload as ReceiptPayload).files.map(({ path }) => path));
    }
    for (const paths of names) expect(paths.some((path) => path.endsWith('Notiz.txt'))).toBe(true);
  });
});
