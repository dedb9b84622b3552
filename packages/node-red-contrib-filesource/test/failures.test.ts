import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startOnlyOfficeSandbox } from '@filesource/sandbox';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesBelow } from './support/files.ts';
import { flowAround } from './support/flow.ts';
import { startWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(() => world.forget());

interface CaughtError {
  readonly message: string;
  readonly code: string;
  readonly cause: { readonly kind: string; readonly advice?: string; readonly source?: string };
}
const caught = async (): Promise<CaughtError> => (await world.red.next('caught'))['error'] as CaughtError;

/** Comes back once nobody holds a connection to the vendor any more; a leak never does. */
async function untilNoConnections(vendor: { readonly openConnections: number }): Promise<void> {
  while (vendor.openConnections > 0) await new Promise((done) => setTimeout(done, 20));
}

describe('a config node', () => {
  it('keeps secrets encrypted, and out of the flow file', async () => {
    await world.red.deploy(flowAround({ type: 'filesource-list' }, world.contacts()));
    const [flows, credentials] = await Promise.all(['flows.json', 'flows_cred.json'].map((name) => readFile(join(world.red.userDir, name), 'utf8')));
    expect(Object.keys(JSON.parse(credentials ?? '') as object)).toEqual(['$']);
    expect(flows).toContain('onoffice-address');
    for (const secret of world.secrets) for (const text of [flows, credentials]) expect(text).not.toContain(secret);
    world.red.send('worker', { payload: '1237' });
    expect((await world.red.next('end'))['payload']).toHaveLength(25);
  });

  it('without credentials sends nothing, and tells Catch nodes what is missing', async () => {
    world.onOffice.requests.length = 0;
    await world.red.deploy(flowAround({ type: 'filesource-list' }, world.contacts({ id: 'bare', credentials: {} })));
    world.red.send('worker', { payload: '1237' });
    const error = await caught();
    expect(error).toMatchObject({ code: 'config-invalid', cause: { kind: 'config-invalid' } });
    expect(error.message).toMatch(/sources\.files\.token: missing[\s\S]*sources\.files\.secret: missing/);
    expect(world.red.statuses.at(-1)).toMatchObject({ node: 'worker', fill: 'red', text: 'config-invalid' });
    expect(world.onOffice.requests).toHaveLength(0);
  });

  it('with wrong credentials is told by the vendor, and no message holds them', async () => {
    const wrong = 'f'.repeat(64);
    await world.red.deploy(flowAround({ type: 'filesource-list' }, world.contacts({ credentials: { 'onoffice-address__token': world.onOffice.token, 'onoffice-address__secret': wrong } })));
    world.red.send('worker', { payload: '1237' });
    const error = await caught();
    expect(error).toMatchObject({ code: 'unauthenticated', cause: { advice: expect.any(String), source: 'files' } });
    expect(JSON.stringify(error)).not.toContain(wrong);
  });

  it.each([
    [{ name: 'two words' }, /is no name for a source/],
    [{ provider: 'onofice-address' }, /onoffice-address/],
    [{ adapters: 'no-such-package' }, /no-such-package/],
    [{ mode: 'file', configFile: 'nowhere.yaml' }, /nowhere\.yaml/],
    [{ mode: 'file', configFile: 'filesource.yaml', sourceName: 'contact' }, /contacts, documents/],
  ])('that is wrong is told by name: %j', async (wrong, message) => {
    await world.red.deploy(flowAround({ type: 'filesource-list' }, world.contacts(wrong)));
    world.red.send('worker', { payload: '1237' });
    const error = await caught();
    expect(error.code).toBe('config-invalid');
    expect(error.message).toMatch(message);
  });

  it('that is not chosen is told', async () => {
    await world.red.deploy(flowAround({ type: 'filesource-pull', source: '' }, world.contacts()));
    world.red.send('worker', { payload: '1237' });
    expect(await caught()).toMatchObject({ code: 'config-invalid', message: expect.stringContaining('no source is chosen') });
  });
});

describe('a source that is gone', () => {
  it.each([{ type: 'filesource-list' }, { type: 'filesource-get', directory: 'gone' }, { type: 'filesource-archive', path: 'gone' }])('is told as a failure of the network: $type', async (worker) => {
    const gone = await startOnlyOfficeSandbox();
    await gone.close();
    await world.red.deploy(flowAround(worker, world.documents({ settings: { onlyoffice: { baseUrl: gone.baseUrl, maxAttempts: 1 } } })));
    world.red.send('worker', { payload: '101/1', folder: '101' });
    expect(await caught()).toMatchObject({ code: 'network', cause: { source: 'files' } });
    expect(world.red.statuses.at(-1)).toMatchObject({ fill: 'red', text: 'network' });
  });

  it('in the middle of a pull leaves by the second output, with a receipt that names what is missing', async () => {
    await world.red.deploy(flowAround({ type: 'filesource-pull', directory: 'half' }, world.documents()));
    world.onlyOffice.faults.set([{ kind: 'hang-up', on: ['content'] }]);
    world.red.send('worker', { refs: '101' });
    const { payload } = await world.red.next('lacking');
    const receipt = payload as { complete: boolean; totals: { files: number; ok: number }; files: { error?: { kind: string } }[] };
    expect(receipt).toMatchObject({ complete: false, totals: { ok: 0 } });
    expect(receipt.files.every(({ error }) => error?.kind === 'network')).toBe(true);
    expect(world.red.statuses.at(-1)?.fill).toBe('yellow');
  });
});

describe('a cancel in the middle', () => {
  const slowly = (): void => world.onlyOffice.faults.set([{ kind: 'trickle', bytes: 64, every: 20, on: ['content', 'archive'] }]);
  const large = (): string => {
    const [file] = [...world.onlyOffice.store.filesIn(101)].sort((a, b) => (b.versions.at(-1)?.bytes.length ?? 0) - (a.versions.at(-1)?.bytes.length ?? 0));
    return `101/${file?.id}`;
  };

  it.each([
    ['get', { type: 'filesource-get', directory: 'stopped-get' }, 'by a message'],
    ['archive', { type: 'filesource-archive', path: 'stopped-archive' }, 'by a message'],
    ['pull', { type: 'filesource-pull', directory: 'stopped-pull' }, 'by a message'],
    ['get', { type: 'filesource-get', directory: 'stopped-get' }, 'by a deploy'],
    ['pull', { type: 'filesource-pull', directory: 'stopped-pull' }, 'by a deploy'],
  ] as const)('of %s stops the transfer and leaves nothing that looks like a file: %j, %s', async (name, worker, how) => {
    await world.red.deploy(flowAround(worker, world.documents()));
    slowly();
    const before = world.onlyOffice.requests.length;
    world.red.send('worker', { payload: name === 'get' ? large() : '101' });
    await world.red.untilStatus('worker', ({ text }) => / B|KiB|%/.test(text) && !text.startsWith('packing'));
    expect(world.onlyOffice.openConnections).toBeGreaterThan(0);
    if (how === 'by a message') {
      world.red.send('worker', { cancel: true });
      expect(await caught()).toMatchObject({ code: 'aborted' });
      expect(world.red.statuses.at(-1)).toMatchObject({ fill: 'grey', text: 'cancelled' });
    }
    await world.red.deploy([]);
    await untilNoConnections(world.onlyOffice);
    const after = world.onlyOffice.requests.length;
    expect(after).toBeGreaterThan(before);
    const left = (await filesBelow(join(world.red.userDir, `stopped-${name}`))).filter((file) => !/[\\/]\.filesource-/.test(file));
    // What a pull has fetched whole stays, for the next one; of what was on its way there is only what the next one takes up.
    for (const file of left) expect(wholeFiles()).toContain((await readFile(file)).length);
    if (name !== 'pull') expect(await filesBelow(join(world.red.userDir, `stopped-${name}`))).toEqual([]);
    expect(world.red.seen.filter(({ node }) => node === 'end' || node === 'lacking')).toEqual([]);
  });

  it('of a pull is taken up by the next one, which fetches only what is missing', async () => {
    const flow = flowAround({ type: 'filesource-pull', directory: 'resumed', concurrency: '1' }, world.documents());
    await world.red.deploy(flow);
    world.onlyOffice.faults.set([{ kind: 'trickle', bytes: 16, every: 20, on: ['content'], after: 2 }]);
    world.red.send('worker', { payload: '101' });
    const { text } = await world.red.untilStatus('worker', (status) => /^[1-9]\d*\//.test(status.text));
    const fetched = Number.parseInt(text, 10);
    world.red.send('worker', { cancel: true });
    await caught();
    world.forget();
    const before = world.onlyOffice.requests.length;
    world.red.send('worker', { payload: '101' });
    const { payload } = await world.red.next('end');
    const { totals } = payload as { totals: { files: number; ok: number } };
    const contents = world.onlyOffice.requests.slice(before).filter(({ url }) => /filehandler/.test(url));
    expect(totals.ok).toBe(totals.files);
    expect(contents.length).toBeGreaterThan(0);
    expect(contents.length).toBeLessThanOrEqual(totals.files - fetched);
  });

  const wholeFiles = (): readonly number[] => world.onlyOffice.store.allFiles().map((file) => file.versions.at(-1)?.bytes.length ?? 0);
});
