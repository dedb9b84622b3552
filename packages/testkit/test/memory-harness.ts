import { Readable } from 'node:stream';
import { createFileSource, createLimiter, FileSourceError, overlay, type FileRef, type FileSource, type PageOptions, type SourceAdapter } from '@filesource/core';
import { createMemoryAdapter, createTestPorts, expectationOf, plantStandardWorld, type ExpectedCapabilities, type Harness, type KnownFolder, type MemoryAdapter, type MemoryFile, type Need, type PlainFile, type SourceSettings, type Times } from '@filesource/testkit';

/** What can stand between the memory and a source: more abilities, or lies. */
export type Wrap = (adapter: MemoryAdapter) => SourceAdapter;

export interface MemoryHarness extends Harness {
  readonly expected: ExpectedCapabilities;
}

/** What a memory has no idea of: credentials, links, and faults of the wire. */
export const memoryWithout: readonly Need[] = ['createSourceWithWrongCredentials', 'errorPage', 'expireLinks', 'tooLarge'];

interface Faults {
  list?: 'empty' | 'first' | 'repeat' | undefined;
  body?: { readonly kind: 'cut' | 'stall'; readonly afterBytes: number } | undefined;
  bodiesLeft: number;
  ignoreRange: boolean;
  call?: FileSourceError | 'hang' | undefined;
  callsLeft: number;
}

const none: Faults = { bodiesLeft: 0, ignoreRange: false, callsLeft: 0 };
const pageSize = 10;
/** Before the cursor of an empty page: where the listing goes on is where it stood. */
const again = 'again ';

/** The kit's world in memory, every control that a memory can have, and a source over it. */
export async function createMemoryHarness(wrap: Wrap = (adapter) => adapter): Promise<MemoryHarness> {
  const folders: { id: string; name: string; files: MemoryFile[]; folders?: string[] }[] = [];
  const modified = new Date('2026-05-01T10:00:00Z');
  let nextId = 1;
  let nextFolder = 1;
  let faults: Faults = { ...none };
  let listings = 0;
  let served = 0;
  const bodies = new Set<Readable>();
  const ports = createTestPorts();

  const plant = (name: string, files: readonly PlainFile[], inner: readonly KnownFolder[] = []): KnownFolder => {
    const id = `o${nextFolder++}`;
    const known = files.map((file) => ({ ...file, folder: id, id: `d${nextId++}` }));
    folders.push({ id, name, files: known.map((file) => ({ id: file.id, name: file.name, bytes: file.bytes, modified })), folders: inner.map((folder) => folder.id) });
    return { id, name, files: known, folders: inner };
  };
  const folderOf = (id: string): (typeof folders)[number] => {
    const folder = folders.find((candidate) => candidate.id === id);
    if (folder === undefined) throw new Error(`no folder ${id}`);
    return folder;
  };

  const world = await plantStandardWorld({ plant, pageSize });
  const inside = plant('Grundrisse', [{ name: 'Erdgeschoß.pdf', bytes: Buffer.from('%PDF') }]);
  const nested = plant('Objekt 7', [{ name: 'Lage.txt', bytes: Buffer.from('Köln-Sülz') }], [inside]);
  const forbidden = plant('Personalakten', [{ name: 'Gehälter.csv', bytes: Buffer.from('psst') }]);

  // One backend for all sources, as a vendor is.
  const memory = createMemoryAdapter({ folders, pageSize: 25 });
  const takeCall = (): FileSourceError | 'hang' | undefined => {
    if (faults.call === undefined || faults.callsLeft <= 0) return undefined;
    faults.callsLeft -= 1;
    return faults.call;
  };
  memory.onCall = async (call) => {
    if (call.includes(` ${forbidden.id}`)) throw new FileSourceError('permission-denied', 'this is not for you');
    const fault = takeCall();
    if (fault === 'hang') await new Promise(() => undefined);
    else if (fault !== undefined) throw fault.with({});
  };
  memory.onBody = (_file, bytes) => {
    let left = Number.POSITIVE_INFINITY;
    let kind: 'cut' | 'stall' | undefined;
    if (faults.body !== undefined && faults.bodiesLeft > 0) {
      faults.bodiesLeft -= 1;
      left = faults.body.afterBytes;
      ({ kind } = faults.body);
    }
    let at = 0;
    const body = new Readable({
      highWaterMark: 32 * 1024,
      read() {
        const end = Math.min(at + 32 * 1024, bytes.length, left);
        if (end > at) {
          served += end - at;
          this.push(Buffer.from(bytes.subarray(at, end)));
          at = end;
        } else if (at < bytes.length && kind === 'cut') this.destroy(new FileSourceError('network', 'the connection broke'));
        else if (at >= bytes.length) this.push(null);
      },
    });
    bodies.add(body);
    body.once('close', () => bodies.delete(body));
    return body;
  };

  const lying = (page: PageOptions): PageOptions | 'empty' => {
    if (faults.list === undefined || page.cursor === undefined) return page;
    const { cursor: _cursor, ...first } = page;
    if (faults.list === 'first') return first;
    listings += 1;
    if (listings > 1) return page;
    return faults.list === 'empty' ? 'empty' : first;
  };
  const backend: MemoryAdapter = Object.assign(
    overlay(memory, {
      listPage: async (folder, page) => {
        const asked = lying(page.cursor?.startsWith(again) === true ? { ...page, cursor: page.cursor.slice(again.length) } : page);
        if (asked === 'empty') return { items: [], cursor: `${again}${page.cursor}` };
        return memory.listPage(folder, asked);
      },
      open: (file, options) => memory.open(file, faults.ignoreRange ? (options.signal === undefined ? {} : { signal: options.signal }) : options),
    }),
    { calls: memory.calls, onCall: memory.onCall, onBody: memory.onBody },
  );
  const adapter = wrap(backend);

  const times = (fault: Times): number => fault.times ?? Number.POSITIVE_INFINITY;
  const failing = (fault: Times, call: Faults['call']): void => {
    faults = { ...faults, call, callsLeft: times(fault) };
  };
  const createSource = ({ timeoutMs, maxAttempts }: SourceSettings = {}): FileSource =>
    createFileSource({
      name: 'memory',
      provider: 'memory',
      adapter,
      ports,
      limiter: createLimiter(adapter.capabilities.limits.maxConcurrency),
      retry: { baseDelayMs: 1, ...(maxAttempts === undefined ? {} : { maxAttempts }) },
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });

  return {
    expected: expectationOf(createSource().capabilities),
    world: {
      ...world,
      nested,
      missingFolder: 'o999',
      missingFile: { folder: world.documents.id, file: 'd99999' },
      elsewhere: { folder: world.full.id, file: world.documents.files[0]?.id ?? '' },
      forbidden: { folder: forbidden.id },
      invalid: [{ folder: 'not a folder' }, { folder: world.documents.id, file: '../x' }],
    },
    createSource,
    controls: {
      plantFolder: (files) => plant(`Fall ${nextFolder}`, files),
      addFile: (folder, file) => {
        const added = { ...file, folder, id: `d${nextId++}` };
        folderOf(folder).files.unshift({ id: added.id, name: file.name, bytes: file.bytes, modified });
        return added;
      },
      removeFile: ({ folder, file }: FileRef) => {
        const { files } = folderOf(folder);
        files.splice(files.findIndex(({ id }) => id === file), 1);
      },
      replaceFile: ({ folder, file }: FileRef, bytes) => {
        const { files } = folderOf(folder);
        const index = files.findIndex(({ id }) => id === file);
        const before = files[index];
        if (before !== undefined) files[index] = { ...before, bytes };
      },
      emptyPage: () => void (faults.list = 'empty'),
      ignoreCursor: () => void (faults.list = 'first'),
      repeatPage: () => void (faults.list = 'repeat'),
      cutBody: (fault) => void (faults = { ...faults, body: { kind: 'cut', afterBytes: fault.afterBytes }, bodiesLeft: times(fault) }),
      stallBody: (fault) => void (faults = { ...faults, body: { kind: 'stall', afterBytes: fault.afterBytes }, bodiesLeft: times(fault) }),
      ignoreRange: () => void (faults.ignoreRange = true),
      rateLimit: (fault) => failing(fault, new FileSourceError('rate-limited', 'too many calls', { retryAfterMs: fault.retryAfterMs })),
      failCalls: (fault) => failing(fault, new FileSourceError('vendor-failure', 'the vendor is down')),
      dropCalls: (fault) => failing(fault, new FileSourceError('network', 'the connection broke')),
      hangCalls: (fault) => failing(fault, 'hang'),
      garbleAnswers: (fault) => failing(fault, new FileSourceError('vendor-protocol', 'expected JSON, got an HTML page', { status: 'temporary' })),
      openConnections: () => bodies.size,
      requestCount: () => memory.calls.length,
      bytesServed: () => served,
      loggedText: () => JSON.stringify(ports.logged),
    },
    calm: () => {
      faults = { ...none };
      listings = 0;
    },
    close: () => undefined,
  };
}
